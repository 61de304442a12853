"""One rule set, loaded, shot at, and unloaded again: how far the kernel and we agree."""

from __future__ import annotations

import random

from tests.farm.kernel.compare import Score, compared
from tests.farm.kernel.decided import Asked, ask
from tests.farm.kernel.iptables_text import random_iptables
from tests.farm.kernel.nft_text import random_nft
from tests.farm.kernel.pools import Pools
from tests.farm.kernel.rulesets import FOUR, NFT, SETS, SIX, Text
from tests.farm.kernel.sandbox import Kernel
from tests.farm.kernel.volley import Volleys
from twiceshy.languages.firewall.ruleset import Problem


class Unread(AssertionError):
    """A rule set that the kernel takes and we cannot read all of."""

    def __init__(self, text: Text, problems: tuple[Problem, ...]) -> None:
        told = "\n".join(f"{one.place}: {one.what}" for one in problems[:5])
        super().__init__(f"{text.name}:\n{told}\n{text.whole}")


def play(
    kernel: Kernel,
    text: Text,
    pools: Pools,
    rng: random.Random,
    *,
    count: int,
) -> Score:
    """About `count` first packets of each IP version through a rule set, and what follows them.

    Held against them is what we make of the text, and what we make of the kernel's listing of it.
    """
    score = Score()
    try:
        text.load(kernel)
        readings = (text.read(), text.read_back(kernel))
        for ruleset in readings:
            if ruleset.problems:
                raise Unread(text, ruleset.problems)
        for version in text.versions:
            # What follows the IPv6 header is taken to be the last header.
            options = "nexthdr" not in text.whole
            volleys = Volleys(kernel, rng, pools, version, nat=text.translates, options=options)
            for outcomes in volleys.run(count):
                score.add(compared(readings, outcomes))
    finally:
        text.unload(kernel)
    return score


def decide(kernel: Kernel, text: Text, pools: Pools, rng: random.Random, *, count: int) -> Asked:
    """Questions about whole flows through a rule set, their answers held against the kernel."""
    try:
        text.load(kernel)
        return ask(kernel, text.read(), pools, rng.choice(text.versions), rng, count=count)
    finally:
        text.unload(kernel)


def generated(seed: int) -> tuple[Text, Pools, random.Random]:
    """The rule set of a seed: two in three iptables, half of them with NAT."""
    rng = random.Random(seed)
    nat = rng.random() < 0.5
    if rng.random() < 0.35:
        text, pools = random_nft(rng, nat=nat)
        return Text(f"generated {seed}", {NFT: text}), pools, rng
    version = rng.choice((4, 6))
    saved, sets, pools = random_iptables(rng, version, nat=nat)
    parts = {SETS: sets, FOUR if version == 4 else SIX: saved}
    return Text(f"generated {seed}", parts, rng.choice(("nft", "legacy"))), pools, rng
