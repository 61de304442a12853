"""A firewall in network namespaces of its own, for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.farm.kernel.sandbox import Kernel, firewall


@pytest.fixture(scope="module")
def kernel(namespaces: None) -> Iterator[Kernel]:
    """Three namespaces, a firewall in the middle, no rules."""
    del namespaces
    with firewall() as kernel:
        yield kernel
