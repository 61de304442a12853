"""What the files say is limited is what a running nginx limits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.farm.fixtures import Need
from tests.farm.web_daemons import WebDaemon, nginx
from twiceshy.kinds.ratelimit.facts import Counts, LocationSeen
from twiceshy.kinds.ratelimit.nginx import limits_of
from twiceshy.languages.nginx import trees_of
from twiceshy.model.configuration import Configuration

SITES = r"""
    limit_req_zone $binary_remote_addr zone=client:1m rate=1r/m;
    limit_req_zone $server_name zone=whole:1m rate=1r/m;
    limit_req_zone $empty zone=empty:1m rate=1r/m;
    limit_req_zone $mapped zone=mapped:1m rate=1r/m;
    limit_req_zone $office_key zone=office:1m rate=1r/m;
    limit_req_zone $stranger_key zone=stranger:1m rate=1r/m;
    limit_req_zone $request_uri zone=uri:1m rate=1r/m;
    limit_req_zone $tagged zone=tagged:1m rate=1r/m;
    map $http_x_tag $tagged { default $binary_remote_addr; }
    map $remote_addr $empty { }
    map $http_host $mapped { default $binary_remote_addr; other.test ""; }
    geo $is_office { default 0; 127.0.0.0/8 1; }
    geo $is_known { default 1; 192.0.2.0/24 0; }
    map $is_office $stranger_key { 0 $binary_remote_addr; 1 ""; }
    map $is_known $office_key { 1 $binary_remote_addr; 0 ""; }
    limit_req_status 429;
    server {
        listen 127.0.0.1:PORT0;
        server_name shop.test;
        root FOLDER;
        location /client { limit_req zone=client; try_files $uri @there; }
        location /whole { limit_req zone=whole; try_files $uri @there; }
        location /empty { limit_req zone=empty; try_files $uri @there; }
        location /mapped { limit_req zone=mapped; try_files $uri @there; }
        location /known { limit_req zone=office; try_files $uri @there; }
        location /tagged { limit_req zone=tagged; try_files $uri @there; }
        location /dry { limit_req zone=client; limit_req_dry_run on; try_files $uri @there; }
        location /none { try_files $uri @there; }
        location /return { limit_req zone=client; return 200 "here"; }
        location /rewrite { limit_req zone=client; rewrite ^ /elsewhere redirect; }
        location /broken { limit_req zone=client; break; try_files $uri @there; return 200; }
        location /outer {
            limit_req zone=client;
            location /outer/inner { try_files $uri @there; }
            location /outer/other { limit_req zone=empty; try_files $uri @there; }
            location /outer/dry { limit_req_dry_run on; try_files $uri @there; }
        }
        location = /exact { limit_req zone=client; try_files $uri @there; }
        location ~ \.php$ { limit_req zone=client; try_files $uri @there; }
        location ^~ /plain/ { try_files $uri @there; }
        location @there { proxy_pass http://127.0.0.1:PORT1; }
    }
    server {
        listen 127.0.0.1:PORT0;
        server_name inherits.test;
        limit_req zone=client;
        root FOLDER;
        location / { proxy_pass http://127.0.0.1:PORT1; }
        location /own { limit_req zone=empty; proxy_pass http://127.0.0.1:PORT1; }
    }
    server {
        listen 127.0.0.1:PORT0;
        server_name answers.test;
        limit_req zone=client;
        return 204;
        location / { proxy_pass http://127.0.0.1:PORT1; }
    }
    server {
        listen 127.0.0.1:PORT0;
        server_name rewrites.test;
        root FOLDER;
        location / { limit_req zone=client; try_files $uri @there; }
        location /old { limit_req zone=client; rewrite ^/old(.*)$ /hidden$1 last; }
        location /hidden { internal; proxy_pass http://127.0.0.1:PORT1; }
        location @there { proxy_pass http://127.0.0.1:PORT1; }
    }
    server { listen 127.0.0.1:PORT1; location / { return 200 "there"; } }
"""
REQUESTS = 3


@pytest.fixture(scope="module")
def daemon(need: Need) -> Iterator[WebDaemon]:
    with nginx(need("nginx"), SITES, ports=2) as running:
        yield running


@pytest.fixture(scope="module")
def locations(daemon: WebDaemon) -> dict[tuple[str, str], LocationSeen]:
    """Server name and location, as written, to what the files say of it."""
    configuration = Configuration(files={str(daemon.main): daemon.main.read_bytes()})
    (tree,) = trees_of(configuration, (str(daemon.main),))
    assert tree.problems == ()
    found: dict[tuple[str, str], LocationSeen] = {}
    for name in ("shop.test", "inherits.test", "answers.test", "rewrites.test"):
        seen, gaps = limits_of(tree, (name,))
        assert gaps == []
        found |= {(name, one.text): one for one in seen}
    return found


def is_limited(seen: LocationSeen) -> bool:
    """Whether the files say that an ordinary client's third request is refused."""
    counted = {Counts.CLIENT, Counts.SERVER, Counts.CHOSEN}
    return seen.answered is None and any(
        one.counts in counted and not one.is_dry_run for one in seen.limits
    )


@pytest.mark.parametrize(
    ("host", "location", "path", "expected"),
    [
        ("shop.test", "/client", "/client", True),
        ("shop.test", "/whole", "/whole", True),
        ("shop.test", "/empty", "/empty", False),
        ("shop.test", "/mapped", "/mapped", True),
        ("shop.test", "/known", "/known", True),
        ("shop.test", "/tagged", "/tagged", True),
        ("shop.test", "/dry", "/dry", False),
        ("shop.test", "/none", "/none", False),
        ("shop.test", "/return", "/return", False),
        ("shop.test", "/rewrite", "/rewrite", False),
        ("shop.test", "/broken", "/broken", True),
        ("shop.test", "/outer", "/outer", True),
        ("shop.test", "/outer/inner", "/outer/inner", True),
        ("shop.test", "/outer/other", "/outer/other", False),
        ("shop.test", "/outer/dry", "/outer/dry", False),
        ("shop.test", "= /exact", "/exact", True),
        ("shop.test", r"~ \.php$", "/x/a.php", True),
        ("shop.test", "^~ /plain/", "/plain/a.php", False),
        ("inherits.test", "/", "/", True),
        ("inherits.test", "/own", "/own", False),
        ("answers.test", "/", "/", False),
        ("rewrites.test", "/", "/", True),
        ("rewrites.test", "/hidden", "/old/x", False),
    ],
)
def test_a_location_is_limited_when_the_files_say_so(  # noqa: PLR0917 - a row of the table
    daemon: WebDaemon,
    locations: dict[tuple[str, str], LocationSeen],
    host: str,
    location: str,
    path: str,
    expected: bool,
) -> None:
    statuses = daemon.statuses(path, REQUESTS, host=host)
    assert (429 in statuses) is expected, statuses
    assert is_limited(locations[host, location]) is expected


def test_a_way_round_is_one(locations: dict[tuple[str, str], LocationSeen]) -> None:
    (limit,) = locations["shop.test", "/mapped"].limits
    assert limit.counts is Counts.CHOSEN
    assert "$http_host as other.test" in limit.why


def test_an_inner_location_is_judged_only_when_rewriting_leads_there(
    locations: dict[tuple[str, str], LocationSeen],
) -> None:
    assert ("rewrites.test", "@there") in locations
    assert ("shop.test", "@there") not in locations
