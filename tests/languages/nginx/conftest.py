"""Reading nginx configurations that a test writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from twiceshy.languages.nginx import Tree, Web, read, web_of
from twiceshy.model.configuration import Configuration

MAIN = "/etc/nginx/nginx.conf"
ReadMain = Callable[..., Tree]
ReadHttp = Callable[..., Web]


@pytest.fixture
def read_main() -> ReadMain:
    """`read_main(text)`: the tree of a main file; other files by path, reasons in `unseen`."""

    def reading(
        text: str | bytes,
        files: Mapping[str, bytes] | None = None,
        unseen: Mapping[str, str] | None = None,
    ) -> Tree:
        content = text.encode() if isinstance(text, str) else text
        configuration = Configuration(files={MAIN: content, **(files or {})}, unseen=unseen or {})
        return read(configuration, MAIN)

    return reading


@pytest.fixture
def read_http(read_main: ReadMain) -> ReadHttp:
    """`read_http(text)`: what is served with this text inside `http`."""
    return lambda text: web_of(read_main(f"events {{}}\nhttp {{\n{text}\n}}\n"))
