"""What we read from a file, and from what nft lists after the kernel took it, is the same."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.farm.kernel.sandbox import unshare
from tests.languages.firewall.nft.conftest import Meaning, Read
from twiceshy.languages.firewall.nft.lowering import lower
from twiceshy.languages.firewall.nft.read import read_nft_state
from twiceshy.model.configuration import Configuration

CASES = sorted((Path(__file__).parent / "cases").glob("*.nft"))
BETWEEN = "# ------"
LIST = f"nft -a list ruleset && echo '{BETWEEN}' && nft -n list ruleset"

pytestmark = pytest.mark.usefixtures("namespaces")


def listed(script: str, *files: Path) -> list[str]:
    """What nft prints in namespaces of its own, where it loaded the files."""
    loads = " && ".join(f"nft -f '{one}'" for one in files)
    done = subprocess.run(
        [*unshare(), "sh", "-c", f"{loads} && {script}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split(BETWEEN)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_file_and_the_kernels_listing_of_it_mean_the_same(
    case: Path, read: Read, meaning: Meaning
) -> None:
    ours = read(case.read_text())
    assert ours.problems == ()
    listings = listed(LIST, case)
    with_handles, numeric = (read(one, path="/run/twiceshy/nft.rules") for one in listings)
    assert with_handles.problems == numeric.problems == ()
    assert meaning(with_handles) == meaning(ours)
    assert meaning(numeric) == meaning(ours)
    assert with_handles.sets.keys() == ours.sets.keys()


def test_a_change_by_handles_leaves_what_the_kernel_has_after_it(
    tmp_path: Path, meaning: Meaning
) -> None:
    case = CASES[[one.stem for one in CASES].index("mail_host")]
    before, _ = listed(LIST, case)
    handles = {
        line.rpartition(" # handle ")[0].strip(): line.rpartition(" ")[2]
        for line in before.splitlines()
        if " # handle " in line
    }
    abuse = next(one for text, one in handles.items() if "abuse" in text)
    loopback = next(one for text, one in handles.items() if text.startswith("iif "))
    ssh = next(one for text, one in handles.items() if "ssh: " in text)
    change = tmp_path / "change.nft"
    change.write_text(
        f"delete rule inet filter inbound_mail handle {abuse}\n"
        f"add rule inet filter input handle {loopback} udp dport 53 accept\n"
        f"insert rule inet filter input position {loopback} udp dport 123 accept\n"
        f"replace rule inet filter input handle {ssh} tcp dport 22 drop\n"
        "insert rule inet filter input index 2 tcp dport 7 drop\n"
        "rename chain inet filter inbound_mail mail\n"
        "add element inet filter blocked { 192.0.2.77 }\n"
        "add chain inet filter forward { policy accept; }\n"
        "add rule inet filter output udp dport 53 accept\n"
    )
    after, _ = listed(LIST, case, change)
    nothing = Configuration({})
    state = read_nft_state([("/before", before.encode())], nothing)
    changed = lower(read_nft_state([("/change", change.read_bytes())], nothing, state))
    assert changed.problems == ()
    expected = lower(read_nft_state([("/after", after.encode())], nothing))
    assert meaning(changed) == meaning(expected)
    assert meaning(lower(state)) != meaning(expected)
