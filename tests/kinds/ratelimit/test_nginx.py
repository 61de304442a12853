"""Every way in which nginx limits nobody, told from those in which it does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kinds.ratelimit.conftest import NGINX, NOW, Judge, seen
from twiceshy.kinds.ratelimit import KIND
from twiceshy.kinds.ratelimit.facts import Promise, RateLimitFact
from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Unseen
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown

ZONES = """
    limit_req_zone $binary_remote_addr zone=client:10m rate=10r/s;
    limit_req_zone $server_name zone=whole:10m rate=160r/s;
    limit_req_status 429;
"""
LIMITS = "limit_req zone=client burst=20 nodelay; limit_req zone=whole burst=40;"
SHOP = f"""
    server {{
        listen 443 ssl;
        server_name shop.example.org;
        {LIMITS}
        location / {{ proxy_pass http://127.0.0.1:8080; }}
    }}
"""


def place_of(verdict: Broken | Unknown) -> str:
    return str(next(one.place for one in verdict.evidence if one.place is not None))


def test_both_limits_at_the_server_hold_for_its_locations(judge_nginx: Judge) -> None:
    verdict = judge_nginx(ZONES + SHOP, burst_answer=429)
    assert isinstance(verdict, Holds)
    assert verdict.summary == "1 public location limited per client and for the whole server"


@pytest.mark.parametrize(
    ("change", "why", "line"),
    [
        (("proxy_pass", "limit_req zone=client; proxy_pass"), "for the whole server", 12),
        (("proxy_pass", "limit_req_dry_run on; proxy_pass"), "only writes to the log", 12),
        (("$binary_remote_addr zone", "$empty zone"), "hinges on $empty", 4),
        (("$binary_remote_addr zone", '"" zone'), "is empty for an ordinary client", 4),
        (("$binary_remote_addr zone", "$server_name zone"), "is not limited per client", 11),
        (("$binary_remote_addr zone", "$http_x zone"), "which the client chooses", 4),
        (("$binary_remote_addr zone", "$binary_remote_addr$request_uri zone"), "chooses", 4),
        (("$server_name zone", "$http_host zone"), "is not limited for the whole server", 5),
        (("zone=whole burst", "zone=who burst"), "its zone is not defined", 11),
        ((LIMITS, ""), "is not limited per client", 12),
    ],
)
def test_what_takes_a_limit_away_is_named_with_its_line(
    judge_nginx: Judge, change: tuple[str, str], why: str, line: int
) -> None:
    verdict = judge_nginx((ZONES + SHOP).replace(*change))
    assert isinstance(verdict, Broken | Unknown), verdict
    assert why in verdict.why
    assert place_of(verdict).startswith(f"{NGINX}:{line}:")


def test_a_mistake_is_unknown_and_named(judge_nginx: Judge) -> None:
    verdict = judge_nginx((ZONES + SHOP).replace("burst=40;", "burst=40"))
    assert isinstance(verdict, Unknown)
    assert 'directive "limit_req" is not terminated by ";"' in verdict.why
    assert NGINX in place_of(verdict)


def test_a_location_without_limits_is_broken_though_others_have_them(judge_nginx: Judge) -> None:
    other = "server { listen 80; server_name api.example.org; location / { root /srv; } }"
    verdict = judge_nginx(ZONES + SHOP + other)
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.SERIOUS
    assert verdict.why == (
        "location / of server api.example.org is not limited per client (and 1 more)"
    )


def test_what_only_this_machine_gets_to_needs_no_limit(judge_nginx: Judge) -> None:
    inner = "server { listen 127.0.0.1:81; location / { stub_status; } }"
    assert isinstance(judge_nginx(ZONES + SHOP + inner), Holds)


def test_a_named_server_is_judged_whatever_it_listens_on(judge_nginx: Judge) -> None:
    inner = "server { listen 127.0.0.1:81; server_name a.test; location / { root /srv; } }"
    assert isinstance(judge_nginx(ZONES + SHOP + inner, servers=("a.test",)), Broken)


@pytest.mark.parametrize("location", ["= /health", "/static/", r"~ \.css$"])
def test_an_exempt_location_needs_no_limit(judge_nginx: Judge, location: str) -> None:
    text = (ZONES + SHOP).replace(
        "location /", f"location {location} {{ limit_req zone=other; root /srv; }} location /"
    )
    text += "limit_req_zone $http_x zone=other:1m rate=1r/s;"
    assert isinstance(judge_nginx(text), Broken)
    assert isinstance(judge_nginx(text, except_locations=(location,)), Holds)


def test_a_return_needs_no_limit_unless_that_is_promised(judge_nginx: Judge) -> None:
    moved = "server { listen 80; server_name old.test; return 301 https://shop.example.org/; }"
    verdict = judge_nginx(ZONES + SHOP + moved)
    assert isinstance(verdict, Holds)
    assert any("answered before any limit" in one.found for one in verdict.evidence)
    strict = judge_nginx(ZONES + SHOP + moved, answers_too=True)
    assert isinstance(strict, Broken)
    assert "return 301" in strict.why


def test_an_if_that_returns_counts_only_when_that_is_promised(judge_nginx: Judge) -> None:
    text = (ZONES + SHOP).replace(
        "proxy_pass", "if ($request_method = PUT) { return 405; } proxy_pass"
    )
    assert isinstance(judge_nginx(text), Holds)
    assert isinstance(judge_nginx(text, answers_too=True), Broken)


@pytest.mark.parametrize(
    ("promised", "is_kept"),
    [("600/minute", True), ("10/second", True), ("100/minute", False), ("599 per minute", False)],
)
def test_the_rate_is_at_most_what_is_promised(
    judge_nginx: Judge, promised: str, is_kept: bool
) -> None:
    verdict = judge_nginx(ZONES + SHOP, per_client=promised)
    assert isinstance(verdict, Holds if is_kept else Broken)
    if isinstance(verdict, Broken):
        assert verdict.severity is Severity.WARNING
        assert "600/minute, promised at most" in verdict.why


def test_another_status_is_a_warning(judge_nginx: Judge) -> None:
    verdict = judge_nginx((ZONES + SHOP).replace("limit_req_status 429;", ""), burst_answer=429)
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.WARNING
    assert "refuses with 503, promised 429" in verdict.why


def test_what_is_not_promised_is_not_judged(judge_nginx: Judge) -> None:
    text = (ZONES + SHOP).replace("limit_req zone=whole burst=40;", "")
    assert isinstance(judge_nginx(text), Broken)
    assert isinstance(judge_nginx(text, whole_server=False), Holds)


@pytest.mark.parametrize(
    ("maps", "key", "counts"),
    [
        ("map $a $key { default $binary_remote_addr; }", "$key", Holds),
        (
            "geo $g { default 1; 10.0.0.0/8 0; } map $g $key { 0 ''; 1 $remote_addr; }",
            "$key",
            Holds,
        ),
        (
            "geo $g { default 0; 10.0.0.0/8 1; } map $g $key { 0 ''; 1 $remote_addr; }",
            "$key",
            Broken,
        ),
        ("map $http_x $key { default ''; }", "$key", Broken),
        ("map $http_x $key { default $remote_addr; friend ''; }", "$key", Broken),
        ("map $remote_addr $key { default $remote_addr; 192.0.2.1 ''; }", "$key", Holds),
        ("map $a $b { default $c; } map $d $c { default $b; }", "$b", Unknown),
        ("split_clients $remote_addr $key { 10% $remote_addr; * ''; }", "$key", Broken),
        ("map $http_x $key { include more.map; }", "$key", Unknown),
        ("perl_set $key 'sub { return 1 }';", "$key", Unknown),
        ("set_real_ip_from 0.0.0.0/0; real_ip_header X-Forwarded-For;", "$remote_addr", Broken),
        ("set_real_ip_from 10.0.0.0/8; real_ip_header X-Forwarded-For;", "$remote_addr", Holds),
        ("", "${binary_remote_addr}", Holds),
        ("", "$binary_remote_addr$server_name", Holds),
    ],
)
def test_keys_are_followed_through_maps(
    judge_nginx: Judge, maps: str, key: str, counts: type
) -> None:
    text = maps + (ZONES + SHOP).replace("$binary_remote_addr zone", f"{key} zone")
    verdict = judge_nginx(text)
    assert isinstance(verdict, counts), verdict


def test_connections_of_a_client_are_limited_when_promised(judge_nginx: Judge) -> None:
    zone = "limit_conn_zone $binary_remote_addr zone=conn:10m;"
    text = ZONES + zone + SHOP
    assert isinstance(judge_nginx(text, connections_per_client=10), Broken)
    limited = text.replace("proxy_pass", "limit_conn conn 10; proxy_pass")
    assert isinstance(judge_nginx(limited, connections_per_client=10), Holds)
    too_many = judge_nginx(limited, connections_per_client=5)
    assert isinstance(too_many, Broken)
    assert "promised at most 5" in too_many.why


def test_a_limit_that_may_stand_in_an_unread_file_is_unknown(judge_nginx: Judge) -> None:
    text = (ZONES + SHOP).replace(LIMITS, "include limits.conf;")
    verdict = judge_nginx(text)
    assert isinstance(verdict, Unknown)
    assert "include limits.conf" in verdict.why
    read = {"/etc/nginx/limits.conf": LIMITS.encode()}
    assert isinstance(judge_nginx(text, files=read), Holds)


def test_lua_that_may_limit_is_unknown(judge_nginx: Judge) -> None:
    text = (ZONES + SHOP).replace(LIMITS, "access_by_lua_file /srv/limit.lua;")
    verdict = judge_nginx(text)
    assert isinstance(verdict, Unknown)
    assert "access_by_lua_file" in verdict.why


def test_a_site_without_its_main_file_is_unknown() -> None:
    promise = Promise()
    fact = seen(promise, {"/etc/nginx/sites-enabled/shop": SHOP.encode()})
    assert isinstance(fact, RateLimitFact)
    verdict = KIND.judge(promise, fact, NOW)
    assert isinstance(verdict, Unknown)
    assert "not in what was handed in" in verdict.why


def test_nothing_of_a_web_server_is_unseen() -> None:
    fact = seen(Promise(), {"/etc/postfix/main.cf": b"myhostname = a\n"})
    assert isinstance(fact, Unseen)
    assert fact.next_step is not None


def test_a_change_tells_who_is_limited_otherwise() -> None:
    whole = b"events {}\nhttp {\n" + (ZONES + SHOP).encode() + b"}\n"
    before = Configuration(files={NGINX: whole})
    after = Configuration(
        files={
            NGINX: whole.replace(
                b"zone=whole burst=40;", b"zone=whole burst=40; limit_req_dry_run on;"
            )
        }
    )
    assert KIND.proposals is not None
    assert KIND.proposals.differences is not None
    (line,) = KIND.proposals.differences(before, after)
    assert line.startswith("location / of server shop.example.org: not limited; before: 600/minute")
    assert KIND.proposals.differences(before, before) == ()


@given(st.binary(max_size=300))
def test_any_bytes_never_hold(content: bytes) -> None:
    promise = Promise()
    fact = seen(promise, {NGINX: content, "/etc/haproxy/haproxy.cfg": content})
    if isinstance(fact, RateLimitFact):
        assert not isinstance(KIND.judge(promise, fact, NOW), Holds)
