"""nginx's configuration: files to directives, and what they mean for a request.

From the bytes of a `Configuration` to the settings of a location, each step in its own module:

- `lexer`, `parse`: one file's text to nested directives, as nginx itself cuts it;
- `read`: includes filled in; what could not be read is a `Problem` with its place;
- `mains`: which files of a configuration are main files;
- `tree`: `Directive`, `Problem`, `Tree`; `tree.resolved(path)` makes a path of a directive absolute;
- `level`: the settings of a block and what it takes over from the blocks around it
  (`own`, `nearest`, `every`, `value`, `is_on`);
- `web`: servers, listeners, locations, upstreams, and which of them strangers get to;
- `rewriting`: what answers before limits and access rules are asked;
- `variables`: `map`, `geo`, `split_clients`.

    for tree in trees_of(configuration):
        web = web_of(tree)
        for server in web.servers:
            for location in server.every_location():
                if server.is_public and location.is_public:
                    answered_before(server, location)          # a `return` that comes first
                    location.level.value("modsecurity", "off")  # what is in force there
                    location.level.every("modsecurity_rules_file")

Nothing here raises for what a file says, and nothing takes longer than in proportion to it.
"""

from __future__ import annotations

from twiceshy.languages.nginx.level import Level, Scope
from twiceshy.languages.nginx.listen import Listener
from twiceshy.languages.nginx.mains import dialect_of, trees_of
from twiceshy.languages.nginx.read import read, read_parts
from twiceshy.languages.nginx.rewriting import (
    Rewriting,
    Sometimes,
    answered_before,
    rewriting_of,
    sometimes_answered_before,
)
from twiceshy.languages.nginx.tree import Directive, Problem, Tree, Trouble
from twiceshy.languages.nginx.variables import Source, sources_of, variables_in
from twiceshy.languages.nginx.web import Location, Match, Server, Upstream, Web, web_of

__all__ = [
    "Directive",
    "Level",
    "Listener",
    "Location",
    "Match",
    "Problem",
    "Rewriting",
    "Scope",
    "Server",
    "Sometimes",
    "Source",
    "Tree",
    "Trouble",
    "Upstream",
    "Web",
    "answered_before",
    "dialect_of",
    "read",
    "read_parts",
    "rewriting_of",
    "sometimes_answered_before",
    "sources_of",
    "trees_of",
    "variables_in",
    "web_of",
]
