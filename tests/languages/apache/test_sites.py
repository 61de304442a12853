"""Virtual hosts and sections: what counts where, and who gets there."""

from __future__ import annotations

from tests.languages.apache.reading import tree_of
from twiceshy.languages.apache.directive import Directive
from twiceshy.languages.apache.sites import MOST_SCOPES, Scope, Scopes, scopes_of
from twiceshy.languages.apache.tree import Node


def _is_sec(node: Node) -> bool:
    return isinstance(node, Directive) and node.key.startswith("sec")


def scopes(text: str) -> Scopes:
    return scopes_of(tree_of(text), _is_sec)


def engines(scope: Scope) -> list[str]:
    return [
        node.first
        for level in scope.levels
        for node in level.nodes
        if isinstance(node, Directive) and node.key == "secruleengine"
    ]


def test_without_virtual_hosts_the_main_server_is_one() -> None:
    (scope,) = scopes("SecRuleEngine On").scopes
    assert (scope.title, engines(scope)) == ("the main server", ["On"])


def test_settings_come_from_the_outside_in() -> None:
    first, second = scopes(
        "SecRuleEngine 1\n<Location />\nSecRuleEngine 4\n</Location>\n"
        "<VirtualHost *:80>\nServerName a\nServerAlias b c\nDocumentRoot /srv/www\n"
        "SecRuleEngine 2\n<Location /x>\nSecRuleEngine 5\n</Location>\n"
        "<Directory /srv>\nSecRuleEngine 3\n</Directory>\n</VirtualHost>"
    ).scopes
    assert (first.title, first.names, engines(first)) == (
        "virtual host a",
        ("a", "b", "c"),
        ["1", "2", "3", "4"],
    )
    assert (second.title, second.path) == ("<Location /x> of virtual host a", "/x")
    assert engines(second) == ["1", "2", "3", "4", "5"]


def test_a_location_takes_over_what_is_around_it() -> None:
    found = scopes(
        "<Location /a>\nSecRuleEngine 1\n</Location>\n<Location /a/b>\nSecRuleEngine 2\n</Location>\n"
        "<Location /ab>\nSecRuleEngine 3\n</Location>"
    ).scopes
    assert {one.path: engines(one) for one in found} == {
        "": [],
        "/a": ["1"],
        "/a/b": ["1", "2"],
        "/ab": ["3"],
    }


def test_sections_without_anything_that_matters_are_not_asked_about() -> None:
    assert len(scopes("<Directory />\nRequire all granted\n</Directory>").scopes) == 1


def test_who_gets_there() -> None:
    found = scopes(
        "<VirtualHost 127.0.0.1:80 [::1]:80>\nServerName in\n</VirtualHost>\n"
        "<VirtualHost *:80>\nServerName out\n"
        "<Location /status>\nSecRuleEngine Off\nRequire ip 10.0.0.0/8\n</Location>\n"
        "<Location /open>\nSecRuleEngine Off\nRequire all granted\n</Location>\n</VirtualHost>"
    ).scopes
    assert {one.title.replace("virtual host ", ""): one.is_public for one in found} == {
        "in": False,
        "out": True,
        "<Location /status> of out": False,
        "<Location /open> of out": True,
    }


def test_when_all_are_on_loopback_something_stands_before_them() -> None:
    assert scopes("<VirtualHost 127.0.0.1:80>\n</VirtualHost>").scopes[0].is_public


def test_a_redirect_of_everything_answers() -> None:
    moved = scopes("<VirtualHost *:80>\nRedirect permanent / https://a/\n</VirtualHost>").scopes[0]
    some = scopes("<VirtualHost *:80>\nRedirect /old /new\n</VirtualHost>").scopes[0]
    assert moved.answered_by is not None
    assert some.answered_by is None


def test_more_than_can_be_looked_at_is_said() -> None:
    found = scopes("<VirtualHost *:80>\n</VirtualHost>\n" * (MOST_SCOPES + 5))
    assert len(found.scopes) == MOST_SCOPES
    sections = "<Location /x>\nSecRuleEngine Off\n</Location>\n" * 1000
    assert scopes(sections).left_out_at is not None
