"""How a Postfix is seen in a configuration, applied or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from twiceshy.kinds.mail.facts import FileState, MailFact, NamedFile, PostfixSeen, Promise
from twiceshy.languages.postfix import Instance, Setting, dialect_of, instances_of
from twiceshy.languages.postfix.setting import split
from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard

INDEXED = {"hash": ".db", "btree": ".db", "lmdb": ".lmdb", "cdb": ".cdb", "dbm": ".dir"}
"""Table types that are read from a file beside the text, made by postmap."""
_PLAIN = frozenset({"texthash", "regexp", "pcre", "cidr"})
_TABLE = re.compile(r"(?:proxy:)?(?P<type>[a-z]+):(?P<path>/[^\s,{}]+)")
_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_PEM = re.compile(
    r"(?:smtpd?|lmtp)_tls_(?:cert_file|key_file|eccert_file|eckey_file|dcert_file|dkey_file|"
    r"CAfile|chain_files|trust_anchor_file)"
)
MOST_FILES = 500


def recognises(path: str, content: bytes) -> str | None:
    """`postfix` for main.cf and master.cf."""
    return dialect_of(path, content)


def fact(guard: Guard, configuration: Configuration, at: datetime) -> MailFact | Unseen:
    """The Postfix in a configuration; pure."""
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    seen = seen_in(configuration, promise.files)
    if not seen:
        return Unseen(
            "no configuration of Postfix is here",
            at,
            configuration.origin,
            "Name main.cf and master.cf in `files`, or hand in the folder they are in.",
        )
    return MailFact(at=at, vantage=configuration.origin, postfix=seen, is_live=False)


@lru_cache(maxsize=8)  # several guards look at the same configuration one after another
def seen_in(configuration: Configuration, files: tuple[str, ...] = ()) -> tuple[PostfixSeen, ...]:
    """Every Postfix of a configuration with the files its settings name."""
    return tuple(
        PostfixSeen(one, tuple(_files(one, configuration)))
        for one in instances_of(configuration, files)
    )


def named_files(instance: Instance) -> Iterator[tuple[Setting, str, str]]:
    """Each file that must be there: the setting, what it is, its path."""
    count = 0
    for setting, service in instance.all_settings():
        for path, what in _of_setting(setting, instance.value(setting.name, service).text):
            count += 1
            if count > MOST_FILES:
                return
            yield setting, what, path


def _of_setting(setting: Setting, value: str) -> Iterator[tuple[str, str]]:
    if _PEM.fullmatch(setting.name):
        for word, _ in split(value):
            if word.startswith("/"):
                yield word, f"file of {setting.name}"
        return
    for found in _TABLE.finditer(value):
        if found["type"] in INDEXED:
            yield found["path"] + INDEXED[found["type"]], f"table of {setting.name}"
        elif found["type"] in _PLAIN:
            yield found["path"], f"table of {setting.name}"


def _files(instance: Instance, configuration: Configuration) -> Iterator[NamedFile]:
    for setting, what, path in named_files(instance):
        place = next((one.place for one in setting.words() if path in one.text), setting.at(0))
        content = configuration.files.get(path)
        if content is not None:
            key = _KEY.search(content) is not None
            yield NamedFile(path, what, place, FileState.THERE, holds_a_key=key)
            continue
        why = configuration.unseen.get(path)
        if why is None:
            state = FileState.NOT_HANDED_IN
        elif "no such file" in why.lower():
            state = FileState.MISSING
        elif why.startswith("not read"):
            state = FileState.THERE
        elif why.startswith("older"):
            state = FileState.STALE
        else:
            state = FileState.UNSEEN
        yield NamedFile(path, what, place, state, why or "")
