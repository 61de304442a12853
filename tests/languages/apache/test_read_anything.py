"""Whatever a file holds, reading it ends and never raises."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from twiceshy.languages.apache.read import read
from twiceshy.languages.apache.sites import scopes_of
from twiceshy.model.configuration import Configuration

MAIN = "/etc/apache2/apache2.conf"
PIECES = st.sampled_from(
    [
        *(
            "<IfModule",
            "</IfModule>",
            "<IfDefine X",
            "</IfDefine>",
            "<IfVersion >= 2.4",
            "<Location",
        ),
        *("</Location>", "<VirtualHost *:80", "</VirtualHost>", ">", "!", "x_module", "/", "*"),
        *(
            "Include",
            "IncludeOptional",
            "LoadModule",
            "Define",
            "A",
            "${A}",
            "${",
            "}",
            "apache2.conf",
        ),
        *("SecRuleEngine", "Off", "Require", "ServerRoot", "\n", "\n", "\n", "\\\n", '"', "'", "#"),
    ]
)


@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=40).map(" ".join)))
def test_any_content_becomes_a_tree(content: bytes | str) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    tree = read(Configuration({MAIN: data}), MAIN)
    assert scopes_of(tree, lambda _: True).scopes
    assert all(one.place.line >= 1 for one in tree.problems)
