"""Servers, locations, what they take over, and what strangers get to."""

from __future__ import annotations

import pytest

from tests.languages.nginx.conftest import ReadHttp
from twiceshy.languages.nginx import (
    Match,
    answered_before,
    rewriting_of,
    sometimes_answered_before,
    sources_of,
)


@pytest.mark.parametrize(
    ("listen", "socket", "is_public"),
    [
        ("", "*:80", True),
        ("listen 8080;", "*:8080", True),
        ("listen 127.0.0.1;", "127.0.0.1:80", False),
        ("listen 127.0.0.1:8080;", "127.0.0.1:8080", False),
        ("listen 0.0.0.0:443 ssl;", "*:443", True),
        ("listen [::]:443 ssl;", "[::]:443", True),
        ("listen [::1]:443 ssl;", "[::1]:443", False),
        ("listen localhost:80;", "localhost:80", False),
        ("listen unix:/run/x.sock;", "unix:/run/x.sock", False),
        ("listen www.example.org:80;", "www.example.org:80", True),
        ("listen *:81;", "*:81", True),
    ],
)
def test_a_listener_is_read(read_http: ReadHttp, listen: str, socket: str, is_public: bool) -> None:
    (server,) = read_http(f"server {{ {listen} }}").servers
    (listener,) = server.listeners
    assert (listener.socket, listener.is_public) == (socket, is_public)
    assert server.is_public is is_public


@pytest.mark.parametrize(
    ("location", "match", "path"),
    [
        ("location /", Match.PREFIX, "/"),
        ("location = /a", Match.EXACT, "/a"),
        ("location =/a", Match.EXACT, "/a"),
        ("location ^~ /a", Match.PREFIX_FIRST, "/a"),
        (r"location ~ \.php$", Match.REGEX, r"\.php$"),
        (r"location ~* \.php$", Match.REGEX_ANY_CASE, r"\.php$"),
        (r"location ~*\.php$", Match.REGEX_ANY_CASE, r"\.php$"),
        ("location @app", Match.NAMED, "app"),
    ],
)
def test_a_location_is_chosen_by_its_sign(
    read_http: ReadHttp, location: str, match: Match, path: str
) -> None:
    (server,) = read_http(f"server {{ {location} {{ }} }}").servers
    (found,) = server.locations
    assert (found.match, found.path) == (match, path)


def test_what_fits_no_location_has_the_server_s_settings(read_http: ReadHttp) -> None:
    (server,) = read_http("server { server_name a.test; root /srv; location /x { } }").servers
    assert [one.title for one in server.every_location()] == [
        "location /x of server a.test",
        "server a.test, whatever fits no location",
    ]


@pytest.mark.parametrize("everything", ["/", "^~ /", "~ ^/", "~* .*", "~ ^(.*)$"])
def test_a_location_that_takes_every_path_leaves_none(read_http: ReadHttp, everything: str) -> None:
    (server,) = read_http(f"server {{ location {everything} {{ }} }}").servers
    assert server.implied is None


@pytest.mark.parametrize("some", ["= /", "~ ^/$", "~ /a", "@x"])
def test_a_location_that_takes_some_paths_leaves_others(read_http: ReadHttp, some: str) -> None:
    (server,) = read_http(f"server {{ location {some} {{ }} }}").servers
    assert server.implied is not None


def test_a_list_is_taken_over_only_where_none_is_written(read_http: ReadHttp) -> None:
    (server,) = read_http(
        """
        limit_req zone=outer;
        server {
            limit_req zone=a; limit_req zone=b;
            location / { location /in { limit_req zone=c; } }
        }
        """
    ).servers
    (outer,) = server.locations
    (inner,) = outer.inner
    assert [one.first for one in outer.level.nearest("limit_req")] == ["zone=a", "zone=b"]
    assert [one.first for one in inner.level.nearest("limit_req")] == ["zone=c"]
    assert [one.first for one in inner.level.every("limit_req")] == [
        "zone=outer",
        "zone=a",
        "zone=b",
        "zone=c",
    ]


def test_a_setting_overrides(read_http: ReadHttp) -> None:
    (server,) = read_http("modsecurity on; server { location / { modsecurity off; } }").servers
    assert server.level.is_on("modsecurity")
    assert not server.locations[0].level.is_on("modsecurity")
    assert server.level.value("limit_req_status", "503") == "503"


@pytest.mark.parametrize(
    ("inside", "is_public"),
    [
        ("", True),
        ("internal;", False),
        ("deny all;", False),
        ("allow 10.0.0.0/8; deny all;", False),
        ("allow 198.51.100.0/24; deny all;", False),
        ("allow 8.8.8.0/24; deny all;", True),
        ("allow all; deny all;", True),
        ("deny 192.0.2.1;", True),
        ("satisfy any; auth_basic x; deny all;", True),
        ("deny 0.0.0.0/0;", False),
    ],
)
def test_a_location_is_public_when_strangers_get_there(
    read_http: ReadHttp, inside: str, is_public: bool
) -> None:
    (server,) = read_http(f"server {{ location / {{ {inside} }} }}").servers
    assert server.locations[0].is_public is is_public


@pytest.mark.parametrize(
    ("server_says", "location_says", "answer"),
    [
        ("", "return 200;", "return 200"),
        ("return 301 https://a;", "", "return 301 https://a"),
        ("break; return 301 https://a;", "", None),
        ("", "set $a b; return 404;", "return 404"),
        ("", "rewrite ^ https://a permanent;", "rewrite ^ https://a permanent"),
        ("", "rewrite ^/x https://a permanent;", None),
        ("", "rewrite ^ /other last; return 200;", None),
        ("", "if ($a) { return 403; }", None),
        ("", "proxy_pass http://a;", None),
    ],
)
def test_what_answers_before_limits_is_told(
    read_http: ReadHttp, server_says: str, location_says: str, answer: str | None
) -> None:
    (server,) = read_http(f"server {{ {server_says} location / {{ {location_says} }} }}").servers
    found = answered_before(server, server.locations[0])
    assert (found.words if found else None) == answer


def test_an_if_answers_sometimes(read_http: ReadHttp) -> None:
    (server,) = read_http(
        "server { if ($a) { return 403; } location / { if ($b = c) { rewrite ^ /x last; } } }"
    ).servers
    found = sometimes_answered_before(server, server.locations[0])
    assert [(one.condition.words, one.does.words) for one in found] == [
        ("if ($a)", "return 403"),
        ("if ($b = c)", "rewrite ^ /x last"),
    ]


def test_rewriting_that_moves_on_and_lua_are_told(read_http: ReadHttp) -> None:
    (server,) = read_http(
        "server { location / { rewrite_by_lua_block { ngx.exit(200) } rewrite ^ /x last; } }"
    ).servers
    found = rewriting_of(server.locations[0].level)
    assert found.moves is not None
    assert [one.name for one in found.unknown] == ["rewrite_by_lua_block"]


def test_maps_are_read(read_http: ReadHttp) -> None:
    web = read_http(
        """
        map $a $b { hostnames; default x; ~^c$ "d e"; include more.map; }
        geo $g { default 0; 192.0.2.0/24 1; }
        split_clients "$remote_addr" $s { 50% one; * two; }
        """
    )
    sources = sources_of(web)
    assert sources["b"].values[:2] == (("default", "x"), ("~^c$", "d e"))
    assert not sources["b"].is_whole
    assert (sources["g"].of, sources["g"].default) == ("$remote_addr", "0")
    assert sources["s"].default == "two"


def test_what_was_not_read_is_known_at_every_level_inside(read_http: ReadHttp) -> None:
    web = read_http("server { include tls.conf; location / { } } server { location / { } }")
    first, second = web.servers
    assert not first.locations[0].level.is_whole
    assert second.locations[0].level.is_whole
    assert not web.is_whole()
