"""The docstrings under the fields of a class, which Python itself throws away."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator


def field_descriptions(owner: type) -> dict[str, str]:
    """Field name to the docstring that stands under it, on one line, for a class and its bases.

    A class whose source is not at hand has none.
    """
    found: dict[str, str] = {}
    for one in reversed(owner.__mro__):
        if one.__module__ != "builtins":
            found.update(_described(one))
    return found


def _described(owner: type) -> Iterator[tuple[str, str]]:
    try:
        source = inspect.getsource(owner)
    except (OSError, TypeError):
        return
    body = ast.parse(textwrap.dedent(source)).body[0]
    assert isinstance(body, ast.ClassDef)
    for field, after in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            yield field.target.id, " ".join(after.value.value.split())
