"""Each language to items: what a comment, a counter or white space changes is not in them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Hashable, Iterator, Sequence

from twiceshy.kinds.drift.item import Item, Reading
from twiceshy.kinds.drift.masking import of_text, of_value
from twiceshy.languages.apache.lines import logical_lines as apache_lines
from twiceshy.languages.apache.lines import words_of
from twiceshy.languages.apache.mains import dialect_of as apache_dialect
from twiceshy.languages.haproxy import dialect_of as haproxy_dialect
from twiceshy.languages.haproxy.lines import lines_of
from twiceshy.languages.nginx import dialect_of as nginx_dialect
from twiceshy.languages.nginx.parse import parse
from twiceshy.languages.nginx.tree import Directive
from twiceshy.languages.postfix import dialect_of as postfix_dialect
from twiceshy.languages.postfix.main_cf import read_main
from twiceshy.languages.postfix.master_cf import read_master
from twiceshy.languages.postfix.setting import masked, split
from twiceshy.languages.settings.formats import Format, format_by_name, read_file
from twiceshy.model.place import Place

MOST_BYTES = 8 * 1024 * 1024
MOST_LINES = 200_000
_FREE_ORDER = frozenset(
    """
    worker_processes worker_connections user pid error_log access_log listen server_name root index
    ssl_certificate ssl_certificate_key ssl_protocols ssl_ciphers ssl_prefer_server_ciphers
    ssl_session_cache ssl_session_timeout sendfile tcp_nopush tcp_nodelay keepalive_timeout
    client_max_body_size gzip gzip_types server_tokens proxy_pass proxy_read_timeout
    proxy_connect_timeout proxy_http_version modsecurity modsecurity_rules_file limit_req
    limit_conn limit_req_zone limit_conn_zone
    """.split()  # noqa: SIM905 - names read better without quotes
)
"""Directives of nginx that mean the same wherever in their block they stand."""
_SETTINGS = {
    Format.COMPOSE: "YAML",
    Format.YAML: "YAML",
    Format.JSON: "JSON",
    Format.TOML: "TOML",
    Format.DOTENV: ".env",
    Format.INI: "INI",
    Format.PGBOUNCER: "INI",
    Format.SERVICES: "INI",
    Format.SERVER: "postgresql.conf",
    Format.PROPERTIES: "properties",
}
_TYPED = frozenset({"YAML", "JSON", "TOML"})


def reading_of(path: str, content: bytes, shown: str) -> Reading:
    """The items of one file, by the language its path and beginning tell."""
    if len(content) > MOST_BYTES:
        why = f"{shown} is longer than the {MOST_BYTES // 1024 // 1024} MiB that are compared"
        return Reading("lines", (), trouble=why)
    for speaks, read in _LANGUAGES:
        if speaks(path, content):
            return read(path, content, shown)
    form = format_by_name(path)
    if form not in _SETTINGS:
        return _lines(content, shown, without_comments=False)
    found = _settings(form, content, shown)
    if found.trouble is None or form is not Format.INI:
        return found
    # `.conf` says little: what is no INI file is compared line by line.
    return _lines(content, shown, without_comments=True)


def _nginx(_path: str, content: bytes, shown: str) -> Reading:
    parsed = parse(content, shown)
    trouble = None if parsed.problem is None else str(parsed.problem)
    return Reading("nginx", tuple(_directives(parsed.directives, ())), trouble=trouble)


def _directives(found: Sequence[Directive], within: tuple[str, ...]) -> Iterator[Item]:
    free = sorted(
        (one for one in found if one.block is None and one.name in _FREE_ORDER),
        key=lambda one: one.name,
    )
    fixed = [one for one in found if one.block is not None or one.name not in _FREE_ORDER]
    group = " > ".join(within) or "main"
    for one in (*free, *fixed):
        words = " ".join((one.name, *one.args))
        sense = (within, one.name, one.args, one.block is not None)
        yield Item(group, sense, of_text(words), one.place)
        if one.block is not None:
            yield from _directives(one.block, (*within, one.words))


def _haproxy(_path: str, content: bytes, shown: str) -> Reading:
    items: list[Item] = []
    section = "main"
    trouble = None
    for line in lines_of(content.decode("utf-8", "replace")):
        place = Place(shown, line.number, line.column)
        if line.wrong:
            trouble = trouble or f"{place}: {line.wrong}"
        if line.column == 1 and line.words:
            section = " ".join(line.words)
        items.append(Item(section, line.words, of_text(" ".join(line.words)), place))
    return Reading("HAProxy", tuple(items), trouble=trouble)


def _apache(_path: str, content: bytes, shown: str) -> Reading:
    items = []
    for line in apache_lines(content.decode("utf-8", "replace"), shown, comments_go_on=True):
        words = tuple(word.text for word in words_of(line))
        sense = (words[0].lower(), *words[1:]) if words else ()
        items.append(Item("main", sense, of_text(line.text), line.at(0)))
    return Reading("Apache", tuple(items))


def _postfix(path: str, content: bytes, shown: str) -> Reading:
    items: list[Item] = []
    if path.endswith("main.cf"):
        main = read_main(content, shown)
        problems = main.problems
        for setting in main.settings:
            words: Hashable = tuple(word for word, _ in split(setting.value))
            items.append(Item(setting.name, words, setting.shown, setting.place))
    else:
        master = read_master(content, shown)
        problems = master.problems
        for service in master.services:
            own = tuple((one.name, one.value) for one in service.overrides)
            told = " ".join(f"-o {name}={masked(name, value)}" for name, value in own)
            fields = (service.is_chrooted, service.command, service.fields, own)
            shown_as = of_text(f"{service.title} {service.command} {told}", with_keys=False)
            items.append(Item(service.title, fields, shown_as, service.place))
    trouble = f"{problems[0].place}: {problems[0].why}" if problems else None
    return Reading("Postfix", tuple(items), is_ordered=False, trouble=trouble)


def _settings(form: Format, content: bytes, shown: str) -> Reading:
    how = _SETTINGS[form]
    reading = read_file(form, content, shown)
    items: list[Item] = []
    for entry in reading.entries:
        value = entry.value.text
        shown_as = f"{entry.name} = {of_value(entry.name, value)}"
        items.append(Item(entry.name, (value, entry.is_literal), shown_as, entry.value.place))
    trouble = None
    if reading.troubles:
        first = reading.troubles[0]
        trouble = f"{first.place}: {first.what}"
    elif how in _TYPED:
        # Entries are text: 5 and "5", an empty list and nothing look alike in them.
        items.append(Item("types of values", _typed(how, content), "types", Place(shown, 1)))
    return Reading(how, tuple(items), is_ordered=False, trouble=trouble)


def _typed(how: str, content: bytes) -> Hashable:
    text = content.decode("utf-8", "replace")
    if how == "JSON":
        try:
            return json.dumps(json.loads(text), sort_keys=True)
        except (ValueError, RecursionError):
            return _bare(text)
    if how == "TOML":
        try:
            return repr(_sorted(tomllib.loads(text)))
        except (ValueError, RecursionError):
            return _bare(text)
    return _bare(text)


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return sorted((key, _sorted(inner)) for key, inner in value.items())
    return [_sorted(inner) for inner in value] if isinstance(value, list) else value


def _bare(text: str) -> tuple[str, ...]:
    """The words that tell types in YAML: each value with its quotes, in any order."""
    found = []
    for line in text.splitlines():
        said = re.sub(r"(?:^|\s)#.*$", "", line).strip()
        if said and said != "---":
            found.append(" ".join(said.split()))
    return tuple(sorted(found))


def _lines(content: bytes, shown: str, *, without_comments: bool) -> Reading:
    text = content.decode("utf-8", "surrogateescape")
    items: list[Item] = []
    for number, line in enumerate(text.splitlines()[: MOST_LINES + 1], 1):
        said = line.rstrip()
        if not said or (without_comments and said.lstrip()[0] in "#;"):
            continue
        items.append(Item("lines", said, of_text(said), Place(shown, number)))
    trouble = f"{shown} has too many lines" if len(items) > MOST_LINES else None
    return Reading("lines", tuple(items), trouble=trouble)


_LANGUAGES: tuple[
    tuple[Callable[[str, bytes], str | None], Callable[[str, bytes, str], Reading]], ...
] = (
    (nginx_dialect, _nginx),
    (haproxy_dialect, _haproxy),
    (apache_dialect, _apache),
    (postfix_dialect, _postfix),
)
