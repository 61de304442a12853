"""Fragments that are not the first have no ports: where nothing is tracked, rules meet them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.farm.kernel.compare import compared
from tests.farm.kernel.datagram import TCP, UDP, Datagram, decode
from tests.farm.kernel.rulesets import FOUR, NFT, Text
from tests.farm.kernel.sandbox import Kernel, firewall
from tests.farm.kernel.tracking import State
from tests.farm.kernel.volley import Seen, Sent, Stage, Way

NOT_25 = ("-A FORWARD -p tcp -m tcp ! --dport 25 -j DROP",)
"""Not with nft: its fast path takes the first bytes of any fragment for ports, so that a negation is
true of nearly all (nft_payload_fast_eval in net/netfilter/nf_tables_core.c)."""

TEXTS = (
    *(
        Text(
            f"iptables {variant}",
            {
                FOUR: "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
                f"{rule}\nCOMMIT\n"
            },
            variant,
        )
        for variant in ("nft", "legacy")
        for rule in (
            *(NOT_25 if variant == "legacy" else ()),
            "-A FORWARD -f -j DROP",
            "-A FORWARD ! -f -j DROP",
            "-A FORWARD -p tcp -m tcp --dport 25 -j DROP",
            "-A FORWARD -p udp -m multiport ! --ports 25,53 -j DROP",
            "-A FORWARD -p tcp -f -s 10.0.0.0/9 -j DROP",
            "-A FORWARD -p udp -j DROP",
        )
    ),
    *(
        Text(
            "nft",
            {
                NFT: "table ip t {\n\tchain forward {\n\t\ttype filter hook forward priority 0;\n"
                f"\t\t{rule}\n\t}}\n}}\n"
            },
        )
        for rule in (
            "ip frag-off & 0x1fff != 0 drop",
            "ip frag-off & 0x1fff == 0 drop",
            "tcp dport 25 drop",
            "meta l4proto udp drop",
            "udp dport { 25, 53 } drop",
        )
    ),
)


@pytest.fixture(scope="module")
def untracked(namespaces: None) -> Iterator[Kernel]:
    """A firewall that never tracked a connection, and so never puts fragments together."""
    del namespaces
    with firewall() as kernel:
        yield kernel


def _sent() -> Iterator[Sent]:
    number = 0
    for saddr in (0x0A000001, 0x0AF00001):
        for proto in (TCP, UDP):
            for port in (25, 53, 80):
                for offset in (0, 64):
                    number += 1
                    datagram = Datagram(
                        4, saddr, 0xCB007105, proto, 1000, port, offset=offset, padding=32
                    )
                    yield Sent(
                        number=number,
                        way=Way.FORWARD,
                        stage=Stage.FIRST,
                        state=State.NEW,
                        datagram=datagram,
                        iif="eth0",
                        oif="wan0",
                        mac=0x020000000100,
                        about=number,
                    )


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_the_kernel_agrees_about_fragments(untracked: Kernel, text: Text) -> None:
    sent = list(_sent())
    text.load(untracked)
    try:
        arrived = {
            found.number
            for one in untracked.send([one.shot for one in sent])
            if (found := decode(one.packet)) is not None
        }
    finally:
        text.unload(untracked)
    outcomes = [(one, Seen(passed=one.number in arrived)) for one in sent]
    score = compared((text.read(),), outcomes)
    assert 0 < len(arrived) < len(sent)
    assert not score.disagreements, f"{text.whole}\n{score.disagreements[0]}"
    assert score.counts["depends"] == 0
