"""Which files of a configuration are nginx's, and which one nginx starts with."""

from __future__ import annotations

import re
from functools import lru_cache

from twiceshy.languages.nginx.read import SHIPPED, read, read_parts
from twiceshy.languages.nginx.tree import Tree
from twiceshy.model.configuration import Configuration

_FOLDERS = re.compile(r"/(?:nginx|openresty|angie|tengine)(?:/|-[^/]*/)")
_NOT_READ = re.compile(
    r"/modules-available/|/sites-available/.*~$|"
    r"\.(?:pem|crt|cer|key|csr|der|p12|lua|js|so|mapping|data|md|txt|html?|dpkg-\w+|bak|orig|swp)$"
)
_SITE = re.compile(r"/(?:sites-enabled|conf\.d|sites-available|vhosts?(?:\.d)?|servers)/[^/]+$")
_MAIN_NAME = re.compile(r"/nginx[^/]*\.conf$")
_SAYS_MAIN = re.compile(rb"^[ \t]*(?:http|stream|mail|events)[ \t\r\n]*\{", re.MULTILINE)
_SAYS_NGINX = re.compile(
    rb"^[ \t]*(?:server[ \t\r\n]*\{|location[ \t]+[^;{\n]{1,200}\{|upstream[ \t]+[^;{\s]{1,200}[ \t]*\{|"
    rb"limit_(?:req|conn)(?:_zone)?[ \t]|server_name[ \t]|proxy_pass[ \t]|listen[ \t])",
    re.MULTILINE,
)
_SERVER = re.compile(rb"^[ \t]*server[ \t\r\n]*\{", re.MULTILINE)
_BEGINNING = 65_536
USUAL = "/etc/nginx/nginx.conf"
"""Where relative names start when no main file was handed in."""


def dialect_of(path: str, content: bytes) -> str | None:
    """`nginx` for a file that nginx reads as configuration, by its path and its beginning."""
    if _NOT_READ.search(path) or path.rpartition("/")[2] in SHIPPED:
        return None
    beginning = content[:_BEGINNING]
    if _FOLDERS.search(path):
        # ModSecurity's own files often stand beside nginx's.
        return None if re.search(rb"^[ \t]*Sec[A-Z]", beginning, re.MULTILINE) else "nginx"
    if _MAIN_NAME.search(path):
        return "nginx"
    looks = _SAYS_NGINX.search(beginning) if path.endswith((".conf", ".nginx")) else None
    return "nginx" if looks else None


@lru_cache(maxsize=8)  # several kinds and guards read the same configuration one after another
def trees_of(configuration: Configuration, files: tuple[str, ...] = ()) -> tuple[Tree, ...]:
    """The trees a configuration holds, the one of each main file.

    `files` names where to begin (absolute paths); left out: every main file there is, and when
    there is none, all sites (`sites-enabled/*`, `conf.d/*`, ...) as parts of an `http` that was not
    handed in. Empty when there is nothing of nginx.
    """
    content = configuration.files
    wanted = files or tuple(
        path for path in sorted(content) if dialect_of(path, content[path]) == "nginx"
    )
    mains = [path for path in wanted if path in content and _is_main(path, content[path])]
    trees = [read(configuration, main) for main in mains]
    seen = {path for tree in trees for path in tree.files}
    parts = tuple(
        path
        for path in wanted
        if path not in seen
        and path not in mains
        and (files or (not mains and _is_part(path, configuration)))
    )
    if parts:
        main = mains[0] if mains else _main_for(parts[0])
        trees.append(read_parts(configuration, main, parts))
    return tuple(trees)


def _is_main(path: str, content: bytes) -> bool:
    return _SAYS_MAIN.search(content[:_BEGINNING]) is not None or path.endswith("/nginx.conf")


def _is_part(path: str, configuration: Configuration) -> bool:
    """Whether nginx reads the file, as far as its place tells: a site that is enabled."""
    if not _SITE.search(path):
        return _SERVER.search(configuration.files[path][:_BEGINNING]) is not None
    if "/sites-available/" in path:
        name = path.rpartition("/")[2]
        return not any(other.endswith(f"/sites-enabled/{name}") for other in configuration.files)
    return True


def _main_for(part: str) -> str:
    found = re.match(r"(.*/(?:nginx|openresty|angie|tengine))/", part)
    return f"{found[1]}/nginx.conf" if found else USUAL
