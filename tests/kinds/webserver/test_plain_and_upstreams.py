"""Listeners without TLS, and the servers behind."""

from __future__ import annotations

import pytest

from tests.kinds.webserver.conftest import HAPROXY, NGINX, Judge, chain_of, seen, shop_leaf
from twiceshy.kinds.webserver import KIND
from twiceshy.kinds.webserver.facts import Promise
from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Unseen
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown

ONLY = {"certificate_days": None}
CHALLENGE = "location /.well-known/acme-challenge/ { root /srv/acme; }"


@pytest.mark.parametrize(
    "inside",
    [
        "return 301 https://$host$request_uri;",
        "rewrite ^ https://$host$request_uri? permanent;",
        "location / { return 308 https://shop.example.org; }",
        f"{CHALLENGE} location / {{ return 301 https://$host$request_uri; }}",
        "return 444;",
        "if ($scheme = http) { return 301 https://$host$request_uri; } root /srv;",
        "location / { deny all; }",
    ],
)
def test_a_server_that_only_redirects_holds(judge_nginx: Judge, inside: str) -> None:
    verdict = judge_nginx(f"server {{ listen 80; {inside} }}", redirect_only=True, **ONLY)
    assert isinstance(verdict, Holds), verdict


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("root /srv;", "answers with files"),
        ("location / { proxy_pass http://a; }", "answers with proxy_pass http://a"),
        ("return 301 http://other.test/;", "answers with return 301 http://other.test/"),
        ("return 200 hello;", "answers with return 200 hello"),
        ("location = / { return 301 https://a.test/; }", "whatever fits no location answers"),
        ("if ($http_x) { return 301 https://a.test/; } root /srv;", "answers with files"),
    ],
)
def test_a_server_that_answers_in_the_clear_is_broken(
    judge_nginx: Judge, inside: str, found: str
) -> None:
    verdict = judge_nginx(f"server {{ listen 80; {inside} }}", redirect_only=True, **ONLY)
    assert isinstance(verdict, Broken), verdict
    assert found in verdict.why
    assert verdict.evidence[0].place is not None


def test_a_server_with_and_without_tls_answers_in_the_clear(judge_nginx: Judge) -> None:
    text = "server { listen 80; listen 443 ssl; root /srv; }"
    verdict = judge_nginx(text, redirect_only=True, **ONLY)
    assert isinstance(verdict, Broken)
    assert "without TLS too" in verdict.why


@pytest.mark.parametrize(
    ("members", "promised", "expected"),
    [
        ("server 192.0.2.1; server 192.0.2.2;", True, Holds),
        ("server 192.0.2.1; server 192.0.2.2;", "active", Broken),
        ("server 192.0.2.1; server 192.0.2.2 max_fails=0;", True, Broken),
        ("server 192.0.2.1;", True, Broken),
        ("server 192.0.2.1; server 192.0.2.2; check interval=3000;", "active", Holds),
        ("server 192.0.2.1; include members.conf;", True, Broken),
        ("server 192.0.2.1; server 192.0.2.2; include members.conf;", True, Unknown),
    ],
)
def test_nginx_upstreams_are_checked_as_nginx_does(
    judge_nginx: Judge, members: str, promised: bool | str, expected: type
) -> None:
    text = f"upstream app {{ {members} }}"
    verdict = judge_nginx(text, upstream_health_checks=promised, **ONLY)
    assert isinstance(verdict, expected), verdict


def test_a_health_check_in_a_location_is_an_active_one(judge_nginx: Judge) -> None:
    text = (
        "upstream app { zone app 64k; server 192.0.2.1; server 192.0.2.2; }"
        "server { location / { proxy_pass http://app; health_check; } }"
    )
    assert isinstance(judge_nginx(text, upstream_health_checks="active", **ONLY), Holds)


def test_servers_that_are_down_or_backup_do_not_count(judge_nginx: Judge) -> None:
    text = "upstream app { server 192.0.2.1; server 192.0.2.2 down; server 192.0.2.3 backup; }"
    verdict = judge_nginx(text, backends_at_least=2, **ONLY)
    assert isinstance(verdict, Broken)
    assert verdict.why == "upstream app has 1 server in use, promised at least 2"


BALANCER = """\
global
    crt-base /etc/ssl
defaults
    mode http
frontend www
    bind :80
    bind :443 ssl crt shop.pem
    http-request redirect scheme https unless { ssl_fc }
    default_backend shop
backend shop
    default-server inter 2s
    server one 192.0.2.1:80 check
    server two 192.0.2.2:80 check
"""
CERTIFICATE = "/etc/ssl/shop.pem"


def both() -> dict[str, bytes]:
    leaf = shop_leaf()
    return {CERTIFICATE: chain_of(leaf) + leaf.key_pem}


def test_a_sound_balancer_holds(judge_haproxy: Judge) -> None:
    verdict = judge_haproxy(
        BALANCER, both(), upstream_health_checks="active", backends_at_least=2, redirect_only=True
    )
    assert isinstance(verdict, Holds), verdict


@pytest.mark.parametrize(
    ("change", "why", "line"),
    [
        (("2.2:80 check", "2.2:80"), "two 192.0.2.2:80 of backend shop has no health check", 13),
        (("2.2:80 check", "2.2:80 no-check"), "no-check", 13),
        (("2.2:80 check", "2.2:80 check disabled"), "has 1 server in use", 10),
        (("2.2:80 check", "2.2:80 check backup"), "has 1 server in use", 10),
        (
            ("    http-request redirect scheme https unless { ssl_fc }\n", ""),
            "answers without TLS",
            8,
        ),
        (("unless { ssl_fc }", "if FALSE"), "answers without TLS", 9),
        ((" crt shop.pem", ""), "the bind names no certificate", 7),
    ],
)
def test_what_is_wrong_with_a_balancer_is_named_with_its_line(
    judge_haproxy: Judge, change: tuple[str, str], why: str, line: int
) -> None:
    verdict = judge_haproxy(
        BALANCER.replace(*change),
        both(),
        upstream_health_checks=True,
        backends_at_least=2,
        redirect_only=True,
    )
    assert isinstance(verdict, Broken), verdict
    assert why in verdict.why
    place = verdict.evidence[0].place
    assert place is not None
    assert (place.file, place.line) == (HAPROXY, line)


def test_default_server_checks_all(judge_haproxy: Judge) -> None:
    text = BALANCER.replace(":80 check", ":80").replace("inter 2s", "inter 2s check")
    assert isinstance(judge_haproxy(text, both(), upstream_health_checks=True), Holds)


def test_a_folder_of_certificates_is_read(judge_haproxy: Judge) -> None:
    leaf = shop_leaf()
    folder = {
        "/etc/ssl/shop/a.pem": chain_of(leaf),
        "/etc/ssl/shop/a.key": shop_leaf("other").key_pem,
    }
    text = BALANCER.replace("crt shop.pem", "crt shop")
    verdict = judge_haproxy(text, folder)
    assert isinstance(verdict, Broken)
    assert "the key /etc/ssl/shop/a.key does not belong to /etc/ssl/shop/a.pem" in verdict.why


def test_a_list_of_certificates_is_read(judge_haproxy: Judge) -> None:
    text = BALANCER.replace("crt shop.pem", "crt-list /etc/haproxy/list.txt")
    files = {"/etc/haproxy/list.txt": b"# ours\nshop.pem [alpn h2] shop.example.org\n", **both()}
    assert isinstance(judge_haproxy(text, files), Holds)


def test_a_backend_that_lost_its_servers_is_critical(judge_haproxy: Judge) -> None:
    text = BALANCER.replace("    server one 192.0.2.1:80 check\n", "").replace(
        "    server two 192.0.2.2:80 check\n", ""
    )
    verdict = judge_haproxy(text, both(), upstream_health_checks=True)
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.CRITICAL


def test_a_change_tells_what_is_served_otherwise() -> None:
    before = Configuration(files={HAPROXY: BALANCER.encode()})
    after = Configuration(files={HAPROXY: BALANCER.replace("2.2:80 check", "2.2:80").encode()})
    assert KIND.proposals is not None
    assert KIND.proposals.differences is not None
    (line,) = KIND.proposals.differences(before, after)
    assert line.startswith("backend shop: one 192.0.2.1:80 (active check), two 192.0.2.2:80 (not")
    assert KIND.proposals.differences(before, before) == ()


def test_only_its_own_files_are_recognised() -> None:
    assert KIND.proposals is not None
    recognises = KIND.proposals.recognises
    assert recognises(NGINX, b"events {}") == "nginx"
    assert recognises("/etc/nginx/sites-available/shop", b"server { }") == "nginx"
    assert recognises(HAPROXY, b"global\n") == "haproxy"
    assert recognises("/srv/lb.cfg", b"defaults\n  mode http\n") == "haproxy"
    for path in ("/etc/postfix/main.cf", "/etc/nginx/mime.types", "/etc/ssl/x.pem", "/a/setup.cfg"):
        assert recognises(path, b"x = y\n") is None
    assert recognises("/etc/nginx/modsec/main.conf", b"SecRuleEngine On\n") is None


def test_nothing_of_a_web_server_is_unseen() -> None:
    fact = seen(Promise(), {"/etc/postfix/main.cf": b"a = b\n"})
    assert isinstance(fact, Unseen)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"certificate_days": -1}, "certificate_days"),
        ({"backends_at_least": 0}, "backends_at_least"),
        ({"files": ("a.conf",)}, "absolute paths"),
    ],
)
def test_what_cannot_be_right_is_refused(settings: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Promise(**settings)  # type: ignore[arg-type] # what a file may hold
