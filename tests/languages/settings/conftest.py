"""Settings of a host made of texts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twiceshy.languages.settings.connection import Connection
from twiceshy.languages.settings.read import Settings, read_settings
from twiceshy.model.configuration import Configuration

Read = Callable[..., Settings]


@pytest.fixture
def read() -> Read:
    """`read({"/srv/.env": "..."})`: the settings in these files, or in `paths` of them."""

    def settings(files: dict[str, str], *paths: str) -> Settings:
        content = {path: text.encode() for path, text in files.items()}
        return read_settings(Configuration(content), paths or tuple(content))

    return settings


def only(settings: Settings) -> Connection:
    """The one connection there is."""
    (scope,) = settings.scopes
    (connection,) = scope.connections
    assert not settings.troubles
    return connection
