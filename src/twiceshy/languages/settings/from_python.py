"""The literals of a Python settings file, such as Django's; nothing of it is run.

Read are assignments at the top of a value made of dicts, lists, texts, numbers, and the ways to
ask for a variable: `os.environ["X"]`, `os.environ.get("X", "default")`, `os.getenv`, `env("X")`,
`config("X", default=...)`. Whatever else stands there is a hole that says so.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from twiceshy.languages.settings.entries import (
    DEEPEST,
    MOST_ENTRIES,
    Entry,
    Reading,
    Unreadable,
    decoded,
)
from twiceshy.languages.settings.spelled import Hole, Spelled
from twiceshy.model.place import Place

LONGEST = 256 * 1024
_MANY_OPENERS = re.compile(r"(?:[(\[{~+\-]\s*){150}")
_ASKS_FOR = frozenset(
    {
        "get",
        "getenv",
        "env",
        "config",
        "str",
        "int",
        "bool",
        "Path",
        "parse",
        "url",
        "db",
        "db_url",
        "environ",
    }
)


def read_python(data: bytes, file: str) -> Reading:
    """The settings in upper or lower case at the top level; raises Unreadable for no Python."""
    text = decoded(data)
    if len(text) > LONGEST or _MANY_OPENERS.search(text):
        raise Unreadable(1, "too long or too deep for a file of settings")
    try:
        with warnings.catch_warnings():
            # An invalid escape in somebody's settings is no concern of ours.
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        raise Unreadable(error.lineno or 1, f"not valid Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError):
        raise Unreadable(1, "not valid Python") from None
    entries: list[Entry] = []
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        else:
            continue
        for target in targets:
            path = tuple(_target(target))
            if path:
                entries += _entries(path, value, file, 0)
            if len(entries) > MOST_ENTRIES:
                raise Unreadable(statement.lineno, f"more than {MOST_ENTRIES} values")
    return Reading(tuple(entries))


def _target(node: ast.expr) -> Iterator[str]:
    """`DATABASES["default"]["HOST"] = ...` sets a path too."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        yield from _target(node.value)
        yield str(node.slice.value)


def _entries(path: tuple[str, ...], node: ast.expr, file: str, depth: int) -> Iterator[Entry]:
    if depth > DEEPEST:
        raise Unreadable(node.lineno, f"nested more than {DEEPEST} levels deep")
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant):
                yield from _entries((*path, str(key.value)), value, file, depth + 1)
    elif isinstance(node, ast.List | ast.Tuple):
        for number, value in enumerate(node.elts):
            yield from _entries((*path, str(number)), value, file, depth + 1)
    elif isinstance(node, ast.Call) and _called(node) == "dict" and not node.args:
        for keyword in node.keywords:
            if keyword.arg is not None:
                yield from _entries((*path, keyword.arg), keyword.value, file, depth + 1)
    else:
        yield Entry(path, _value(node, file))


def _value(node: ast.expr, file: str) -> Spelled:
    place = Place(file, node.lineno, node.col_offset + 1)
    if isinstance(node, ast.Constant):
        quoted = isinstance(node.value, str)
        text = "" if node.value is None else str(node.value)
        text = text.lower() if isinstance(node.value, bool) else text
        return Spelled(_clean(text), Place(file, node.lineno, node.col_offset + 1 + quoted))
    asked = _asked(node)
    if asked is not None:
        return Spelled(asked, place)
    text = "${an expression}"
    return Spelled(text, place, holes=(Hole(0, len(text), "a Python expression"),))


def _asked(node: ast.expr) -> str | None:
    """A look at the environment, in the form that is filled in later."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        if isinstance(node.value, ast.Attribute) and node.value.attr == "environ":
            return _variable(str(node.slice.value), None)
        return None
    if not isinstance(node, ast.Call) or _called(node) not in _ASKS_FOR or not node.args:
        return None
    first = node.args[0]
    if not isinstance(first, ast.Constant):
        return _asked(first)
    if _called(node) in ("int", "bool", "str", "Path", "parse") and isinstance(node.func, ast.Name):
        return _clean(str(first.value))
    default = node.args[1] if len(node.args) > 1 else None
    for keyword in node.keywords:
        default = keyword.value if keyword.arg == "default" else default
    given = (
        str(default.value)
        if isinstance(default, ast.Constant) and default.value is not None
        else None
    )
    return _variable(str(first.value), given)


def _variable(name: str, default: str | None) -> str | None:
    if not re.fullmatch(r"[A-Za-z_][\w.-]*", name):
        return None
    if default is None or "}" in default or "$" in default:
        return f"${{{name}}}"
    return f"${{{name}:-{_clean(default)}}}"


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
