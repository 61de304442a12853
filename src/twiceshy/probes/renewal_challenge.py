"""The test file: put into a webroot on the host, asked for as the authority asks, taken away again.

Only folders that certbot itself would make are made, and those are removed when they were not there
before. Nothing is asked of the authority.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from secrets import token_hex

from twiceshy.kinds.http.facts import Answer, Failed
from twiceshy.kinds.http.promise import Promise as HttpPromise
from twiceshy.kinds.renewal.challenge_path import CHALLENGES
from twiceshy.kinds.renewal.facts import ChallengeSeen
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.probes.http_chain import Headers, look_at_address
from twiceshy.probes.http_exchange import Asked
from twiceshy.probes.http_trust import not_verifying
from twiceshy.probes.reach import run
from twiceshy.probes.resolve import Unresolved, look_up
from twiceshy.probes.view import View

REDIRECTS = 10
"""As many as Let's Encrypt follows."""
CLEAN_UP_SECONDS = 10.0
MOST_NAMES = 64
MOST_ADDRESSES = 16

_PUT = (
    'set -e; umask 022; [ -d "$1" ] || exit 3; cd "$1"; made=""; '
    "for d in .well-known .well-known/acme-challenge; do "
    '[ -d "$d" ] || { mkdir "$d"; made="$made $d"; }; done; '
    'printf %s "$3" > ".well-known/acme-challenge/$2"; echo "made$made"'
)
_TAKE = (
    'cd "$1" && rm -f -- ".well-known/acme-challenge/$2"; shift 2; '
    'for d in "$@"; do rmdir -- "$d" 2>/dev/null; done; true'
)
_NO_FOLDER = 3


@dataclass(frozen=True, slots=True)
class Tested:
    """What the test files showed: each name at each address, and webroots that are not there."""

    seen: tuple[ChallengeSeen, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Test:
    """One test file: where it is put, and who is asked for it."""

    host: Host
    folder: str
    port: int
    view: View
    known: Mapping[str, tuple[str, ...]]
    token: str
    content: str

    async def run(self, names: Iterable[str]) -> tuple[ChallengeSeen, ...] | None:
        """Each name at each address; None when the folder is not there."""
        made: list[str] = []
        try:
            argv = ("sh", "-c", _PUT, "sh", self.folder, self.token, self.content)
            ran = await run(self.host, argv, self.view)
            if isinstance(ran, Unseen):
                return tuple(self._unseen(name, ran.why) for name in names)
            if ran.exit_code == _NO_FOLDER:
                return None
            if ran.exit_code != 0:
                why = f"the test file could not be written: {ran.complaint}"
                return tuple(self._unseen(name, why) for name in names)
            made = list(reversed(ran.stdout.decode("utf-8", "replace").split()[1:]))
            looks = await asyncio.gather(*(self._name(name) for name in names))
            return tuple(one for group in looks for one in group)
        finally:
            # Also when the look is cancelled: what was put there is taken away in any case.
            take = ("sh", "-c", _TAKE, "sh", self.folder, self.token, *made)
            view = replace(self.view, timeout_seconds=CLEAN_UP_SECONDS)
            await asyncio.shield(asyncio.ensure_future(run(self.host, take, view)))

    async def _name(self, name: str) -> tuple[ChallengeSeen, ...]:
        found: tuple[str, ...] | Unresolved = self.known.get(name, ())
        if not found:
            found = await look_up(name, self.view.timeout_seconds / 2)
        if isinstance(found, Unresolved):
            is_unseen = not found.is_an_answer
            return (ChallengeSeen(name, self.folder, "", found.why, is_unseen=is_unseen),)
        looks = (self._address(name, address) for address in found[:MOST_ADDRESSES])
        return tuple(await asyncio.gather(*looks))

    async def _address(self, name: str, address: str) -> ChallengeSeen:
        where = "" if self.port == 80 else f":{self.port}"  # noqa: PLR2004 - the port of HTTP
        promise = HttpPromise(contains=self.content, follow=REDIRECTS, verify=False, max_body_kb=64)
        # The authority does not verify certificates on the way either (RFC 8555, 8.3).
        asked = Asked(promise, not_verifying())
        deadline = asyncio.get_running_loop().time() + self.view.timeout_seconds * 0.9
        url = f"http://{name}{where}{CHALLENGES}/{self.token}"
        outcome = (await look_at_address(url, address, Headers({}, {}), asked, deadline)).outcome
        if isinstance(outcome, Failed):
            is_unseen = outcome.code.is_unseen
            return ChallengeSeen(name, self.folder, address, outcome.why, is_unseen=is_unseen)
        return ChallengeSeen(name, self.folder, address, _problem(outcome))

    def _unseen(self, name: str, why: str) -> ChallengeSeen:
        return ChallengeSeen(name, self.folder, "", why, is_unseen=True)


async def test_files(
    host: Host,
    webroots: Mapping[str, str],
    known: Mapping[str, tuple[str, ...]],
    port: int,
    view: View,
) -> Tested:
    """Test each name with its webroot; `known` are addresses to use instead of looking it up."""
    by_folder: dict[str, list[str]] = {}
    for name, folder in list(webroots.items())[:MOST_NAMES]:
        by_folder.setdefault(folder, []).append(name)
    tests = [
        _Test(host, folder, port, view, known, f"twiceshy-{token_hex(16)}", token_hex(32))
        for folder in by_folder
    ]
    looks = await asyncio.gather(
        *(test.run(names) for test, names in zip(tests, by_folder.values(), strict=True))
    )
    seen = tuple(one for group in looks if group is not None for one in group)
    gone = zip(by_folder, looks, strict=True)
    return Tested(seen, tuple(folder for folder, group in gone if group is None))


def _problem(answer: Answer) -> str | None:
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - the range of success
        return f"status {answer.status} instead of the file"
    if not all(one.found for one in answer.texts):
        return f"status {answer.status} with something else than the file"
    return None
