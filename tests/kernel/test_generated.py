"""Rule sets out of a seeded generator: the kernel and we agree on every packet.

`make test-kernel` does the same with many more: `python -m tests.kernel --help`.
"""

from __future__ import annotations

import pytest

from tests.farm.kernel.play import generated, play
from tests.farm.kernel.sandbox import Kernel


@pytest.mark.parametrize("seed", range(1, 25))
def test_the_kernel_agrees(kernel: Kernel, seed: int) -> None:
    text, pools, rng = generated(seed)
    score = play(kernel, text, pools, rng, count=100)
    assert score.packets >= 100
    assert not score.disagreements, f"{text.whole}\n{score.disagreements[0]}"
    assert score.counts["depends"] == 0
