"""One block's settings, and how nginx takes over those of the blocks around it.

Three ways, by directive:

- `nearest`: most directives. Those at the innermost level that has any of that name count and no
  others: a simple one (`client_max_body_size`) overrides, and a list (`limit_req`, `limit_conn`,
  `add_header`, `proxy_set_header`, `allow`/`deny`) is taken over only where none is written.
- `every`: what modules merge themselves (`modsecurity_rules`, `modsecurity_rules_file`): all levels,
  outermost first.
- `own`: what is never taken over: `return`, `rewrite`, `set`, `if`, `break`, `try_files`, and what
  answers (`proxy_pass`, `fastcgi_pass`, ...), except that an `if` and a `limit_except` inside a
  location keep the location's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from twiceshy.languages.nginx.tree import Directive
from twiceshy.model.place import Place


class Scope(StrEnum):
    """What kind of block a level is."""

    HTTP = "http"
    STREAM = "stream"
    MAIL = "mail"
    SERVER = "server"
    LOCATION = "location"
    IF = "if"
    LIMIT_EXCEPT = "limit_except"


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """A block with the blocks around it."""

    scope: Scope
    above: Level | None
    by_name: Mapping[str, tuple[Directive, ...]]
    """What is written at this very level."""
    directive: Directive | None = None
    """The block itself; None for an `http` that was not handed in, of which nothing is known."""

    @classmethod
    def of(cls, scope: Scope, directive: Directive, above: Level | None) -> Level:
        """The level of a block."""
        by_name: dict[str, list[Directive]] = {}
        for one in directive.block or ():
            by_name.setdefault(one.name, []).append(one)
        return cls(scope, above, {key: tuple(value) for key, value in by_name.items()}, directive)

    @property
    def place(self) -> Place | None:
        """Of the block's name."""
        return self.directive.place if self.directive is not None else None

    def outwards(self) -> Iterator[Level]:
        """This level, then those around it."""
        level: Level | None = self
        while level is not None:
            yield level
            level = level.above

    def own(self, *names: str) -> tuple[Directive, ...]:
        """The directives of these names at this very level, in the order they are written."""
        if len(names) == 1:
            return self.by_name.get(names[0], ())
        found = [self.by_name[name] for name in names if name in self.by_name]
        if len(found) <= 1:
            return found[0] if found else ()
        block = self.directive.block if self.directive is not None else None
        return tuple(one for one in block or () if one.name in names)

    def nearest(self, *names: str) -> tuple[Directive, ...]:
        """Those at the innermost level that has any of these names."""
        level: Level | None = self
        while level is not None:
            found = level.own(*names)
            if found:
                return found
            level = level.above
        return ()

    def every(self, *names: str) -> tuple[Directive, ...]:
        """Those of all levels, outermost first."""
        return tuple(one for level in reversed(tuple(self.outwards())) for one in level.own(*names))

    def setting(self, name: str) -> Directive | None:
        """The one that counts of a directive that may be written once at each level."""
        found = self.nearest(name)
        return found[-1] if found else None

    def value(self, name: str, default: str = "") -> str:
        """Its first argument."""
        found = self.setting(name)
        return default if found is None else found.first

    def is_on(self, name: str) -> bool:
        """Whether a switch is on; switches that are written nowhere are off."""
        return self.value(name).lower() == "on"

    def unread(self) -> tuple[Directive, ...]:
        """Includes at this level and around it whose files could not be read.

        What is asked of this level may stand there.
        """
        return self.every("include")

    @property
    def is_whole(self) -> bool:
        """Whether everything that counts here was handed in and read."""
        return not self.unread() and all(one.directive is not None for one in self.outwards())
