"""Rule sets written by hand, each about one thing that is easily got wrong: the kernel decides."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.farm.kernel.play import play
from tests.farm.kernel.pools import Pools
from tests.farm.kernel.rulesets import FOUR, NFT, SETS, SIX, Text
from tests.farm.kernel.sandbox import USERS, Kernel

CASES = Path(__file__).with_name("cases")


def _texts() -> Iterator[Text]:
    for path in sorted(CASES.iterdir()):
        notation = path.suffix.removeprefix(".")
        if notation == SETS:
            continue
        parts = {notation: path.read_text(encoding="utf-8")}
        sets = path.with_suffix(f".{SETS}")
        if notation == FOUR and sets.exists():
            parts = {SETS: sets.read_text(encoding="utf-8"), **parts}
        for variant in ("nft",) if notation == NFT else ("nft", "legacy"):
            yield Text(path.name, parts, variant)


TEXTS = list(_texts())


def test_every_case_file_is_tried() -> None:
    tried = {text.name for text in TEXTS}
    assert {one.name for one in CASES.iterdir() if one.suffix != f".{SETS}"} == tried
    assert {text.notation for text in TEXTS} == {NFT, FOUR, SIX}


@pytest.mark.parametrize("text", TEXTS, ids=[f"{text.name}-{text.variant}" for text in TEXTS])
def test_the_kernel_agrees(kernel: Kernel, text: Text) -> None:
    if "-owner" in text.whole and len(set(USERS)) == 1:
        pytest.skip("needs root: a user namespace made without it has one user alone")
    rng = random.Random(text.name)
    score = play(kernel, text, Pools.of(text.whole), rng, count=120)
    assert not score.disagreements, f"{text.whole}\n{score.disagreements[0]}"
    assert (score.counts["depends"] > 0) is text.name.startswith("what_is_not_modelled")
    assert min(score.counts["passed"], score.counts["dropped"]) > 10
