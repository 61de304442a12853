"""A directive of ModSecurity: written and cut like one of Apache httpd, whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.languages.apache.directive import Directive as Statement
from twiceshy.languages.apache.directive import directive_of, short
from twiceshy.languages.apache.lines import logical_lines

__all__ = ["Statement", "short", "statements_of"]


def statements_of(text: str, file: str, *, first: int = 1) -> Iterator[Statement]:
    """The directives of a rule file as ModSecurity's own parser (libmodsecurity) reads it."""
    for line in logical_lines(text, file, first=first, comments_go_on=False):
        statement = directive_of(line)
        if statement is not None:
            yield statement
