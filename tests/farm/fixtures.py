"""Fixtures that every part of the tests may use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.farm.acme import AcmeLab, acme_lab
from tests.farm.kernel.sandbox import why_not
from tests.farm.lab import Lab
from tests.farm.servers import Farm

Need = Callable[[str], str]

_SYSTEM_PLACES = ("/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="session")
def need() -> Need:
    """`need("postfix")` gives the program's path; without it the test is skipped, saying so.

    With CI=true in the environment a missing program fails the test.
    """

    def find(program: str) -> str:
        places = os.pathsep.join((os.environ.get("PATH", ""), *_SYSTEM_PLACES))
        found = shutil.which(program, path=places)
        if found is None:
            reason = f"{program} is not installed here"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        return found

    return find


@pytest.fixture(scope="session")
def as_root() -> None:
    """For daemons that change users as they start: without root the test is skipped, saying so."""
    if os.geteuid() != 0:
        reason = "needs root: the daemon changes its user"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def namespaces(need: Need) -> None:
    """For tests that make network namespaces: where they are not allowed the test is skipped.

    With CI=true in the environment that fails the test instead.
    """
    for program in ("unshare", "ip", "nft", "iptables-legacy-restore", "ipset"):
        need(program)
    reason = why_not()
    if reason is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    """Real TLS servers on loopback, good and bad."""
    farm = Farm(tmp_path_factory.mktemp("farm"))
    yield farm
    farm.close()


@pytest.fixture(scope="session")
def lab(farm: Farm) -> Lab:
    """One authority, and ways to serve what it issues."""
    return Lab(farm)


@pytest.fixture(scope="session")
def acme(need: Need) -> Iterator[AcmeLab]:
    """An ACME authority, certbot with one certificate, and the nginx that serves it."""
    programs = [need(name) for name in ("certbot", "pebble", "pebble-challtestsrv", "nginx")]
    with acme_lab(*programs) as lab:
        yield lab
