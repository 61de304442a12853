"""Which files of a configuration are Apache httpd's, and which one it starts with."""

from __future__ import annotations

import re

from twiceshy.model.configuration import Configuration

MAINS = ("/etc/apache2/apache2.conf", "/etc/httpd/conf/httpd.conf", "/etc/apache2/httpd.conf")
"""Where distributions keep the main file."""
_FOLDERS = re.compile(r"/(?:apache2|httpd)/")
_NOT_READ = re.compile(
    r"/(?:mods|conf|sites)-available/|/magic$|"
    r"\.(?:pem|crt|cer|key|csr|lua|mapping|data|md|txt|html?|dpkg-\w+|bak|orig|swp)$|~$"
)
_SAYS_APACHE = re.compile(
    rb"^[ \t]*(?:LoadModule[ \t]+\w+_module|<VirtualHost[ \t]|<IfModule[ \t]|ServerRoot[ \t])",
    re.MULTILINE | re.IGNORECASE,
)
_BEGINNING = 65_536


def dialect_of(path: str, content: bytes) -> str | None:
    """`apache` for a file that Apache httpd reads as configuration, by its path and beginning."""
    if _NOT_READ.search(path):
        return None
    if _FOLDERS.search(path) and path.endswith((".conf", ".load", "/envvars")):
        return "apache"
    is_file = path.endswith((".conf", ".load"))
    return "apache" if is_file and _SAYS_APACHE.search(content[:_BEGINNING]) else None


def mains_of(configuration: Configuration, files: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The main files: the usual ones, or those of `files` that are Apache's."""
    content = configuration.files
    wanted = files or MAINS
    return tuple(
        path for path in wanted if path in content and dialect_of(path, content[path]) is not None
    )
