"""What is decided of whole flows at once is true of their packets in the kernel."""

from __future__ import annotations

import pytest

from tests.farm.kernel.play import decide, generated
from tests.farm.kernel.sandbox import Kernel


@pytest.mark.parametrize("seed", range(100, 112))
def test_examples_and_samples_behave_as_decided(kernel: Kernel, seed: int) -> None:
    text, pools, rng = generated(seed)
    asked = decide(kernel, text, pools, rng, count=12)
    assert not asked.wrong, f"{text.whole}\n{asked.wrong[0]}"
    assert asked.packets > 0, asked.answers
