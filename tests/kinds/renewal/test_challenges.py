"""Will the authority's challenge be answered, as far as the files tell?"""

from __future__ import annotations

import pytest

from tests.farm.renewals import (
    CONF_PATH,
    FOLDER,
    NAME,
    NGINX,
    SITE,
    SITE_PATH,
    SOUND,
    broken,
    certificate,
    holds,
    line_with,
    lines_of,
    told,
    unknown,
    verdict_of,
    with_certificate,
)
from twiceshy.model.verdict import Severity


def test_a_sound_configuration_holds_and_says_what_was_not_looked_at() -> None:
    found = holds(SOUND)
    assert found.summary == f"{NAME} will be renewed"
    assert "runs at least every 13 hours" in told(found)
    assert "a change is judged by its text" in told(found)


def test_a_webroot_that_nginx_does_not_serve_is_blamed_in_both_files() -> None:
    files = SOUND.with_conf("= /srv/www", "= /srv/site")
    found = broken(files)
    assert found.why == (
        f"the challenge of {NAME} is put into /srv/site, but nginx serves it from /srv/www"
    )
    assert lines_of(found, CONF_PATH) == [line_with(files, CONF_PATH, f"{NAME} = /srv/site")]
    assert lines_of(found, SITE_PATH) == [4]


@pytest.mark.parametrize(
    "site",
    [
        SITE.replace("root /srv/www;\n}", "location / { return 301 https://$host$request_uri; }\n"
                     "  location /.well-known/acme-challenge/ { root /srv/www; }\n}", 1),
        SITE.replace("root /srv/www;\n}", "return 301 https://$host$request_uri;\n}", 1),
        SITE.replace("root /srv/www;\n}", "return 301 https://www.example.test$request_uri;\n}", 1),
        SITE.replace("root /srv/www;\n}", "rewrite ^(.*)$ https://$server_name$1 permanent;\n}", 1),
        SITE.replace("root /srv/www;\n}", "location ^~ /.well-known/acme-challenge/ {\n"
                     "    alias /srv/www/.well-known/acme-challenge/; }\n  location ~ . { deny all; }\n}", 1),
        SITE.replace("root /srv/www;\n}", "location / { root /other; }\n"
                     "  location ~ /\\.well-known/ { root /srv/www; }\n}", 1),
        SITE.replace("server_name www.example.test;\n  root /srv/www;\n}",
                     "server_name *.example.test;\n  root /srv/www/;\n}", 1),
        SITE.replace("server_name www.example.test;\n  root /srv/www;\n}",
                     "server_name _;\n  root /srv/www;\n}", 1),
        SITE.replace("root /srv/www;\n}", "root /srv/$host;\n}", 1).replace("/srv/$host", "/srv/www"),
        SITE.replace("root /srv/www;\n}", "root /srv/www;\n  try_files $uri =404;\n}", 1),
        SITE.replace("root /srv/www;\n}", "location / { proxy_pass http://127.0.0.1:8080; }\n}", 1),
        SITE.replace("root /srv/www;\n}", "return 301 https://elsewhere.example.test$request_uri;\n}", 1),
        SITE.replace("root /srv/www;\n}", "set $x 1;\n  root $x;\n}", 1),
    ],
)  # fmt: skip
def test_ways_that_lead_to_the_webroot_or_may_lead_there_hold(site: str) -> None:
    holds(SOUND.with_(SITE_PATH, site))


@pytest.mark.parametrize(
    ("site", "why"),
    [
        (SITE.replace("root /srv/www;\n}", "root /srv/www;\n  location ~ /\\. { deny all; }\n}", 1), "turns everybody away"),
        (SITE.replace("root /srv/www;\n}", "root /srv/www;\n  location / { return 404; }\n}", 1), "return 404"),
        (SITE.replace("root /srv/www;\n}", "return 301 https://$host;\n}", 1), "return 301"),
        (SITE.replace("root /srv/www;\n}", "root /srv/www;\n  auth_basic staff;\n}", 1), "password"),
        (SITE.replace("root /srv/www;\n}", "location ^~ /.well-known/ { root /srv/old; }\n}", 1), "serves it from /srv/old"),
        (SITE.replace("root /srv/www;\n}", "location /.well-known/acme-challenge/ { alias /srv/www; }\n}", 1), "serves it from"),
        (SITE.replace("root /srv/www;\n}", "return 301 https://$host$request_uri;\n}", 1)
             .replace("root /srv/www;\n  ssl", "root /srv/new;\n  ssl"), "serves it from /srv/new"),
        (f"server {{ listen 80 default_server; return 444; }}\n{SITE.partition(chr(10) + 'server')[2] and 'server' + SITE.partition(chr(10) + 'server')[2]}", "return 444"),
    ],
)  # fmt: skip
def test_ways_that_do_not_lead_to_the_webroot_are_broken(site: str, why: str) -> None:
    found = broken(SOUND.with_(SITE_PATH, site))
    assert why in told(found)
    assert lines_of(found, SITE_PATH)


def test_without_nginx_in_the_change_nothing_is_held_against_it() -> None:
    holds(SOUND.without("/etc/nginx/nginx.conf", SITE_PATH))


def test_a_site_without_its_main_file_still_tells() -> None:
    files = SOUND.without("/etc/nginx/nginx.conf").with_conf("= /srv/www", "= /srv/site")
    assert "nginx serves it from /srv/www" in broken(files).why


def test_an_include_that_was_not_handed_in_leaves_the_way_open() -> None:
    site = SITE.replace("root /srv/www;\n}", "include /etc/nginx/snippets/acme.conf;\n}", 1)
    files = SOUND.with_(SITE_PATH, site).with_conf("= /srv/www", "= /srv/site")
    assert "nginx serves" not in told(verdict_of(files))


def test_a_path_and_a_map_that_disagree_are_a_warning() -> None:
    found = broken(SOUND.with_conf("webroot_path = /srv/www,", "webroot_path = /srv/old,"))
    assert found.severity is Severity.WARNING
    assert "disagree" in found.why


def test_webroot_without_any_folder_is_broken() -> None:
    files = SOUND.with_conf("webroot_path = /srv/www,\n", "").with_conf(f"{NAME} = /srv/www\n", "")
    assert "says no webroot" in broken(files).why


def test_a_name_of_the_certificate_that_has_no_webroot_is_broken() -> None:
    files = with_certificate(SOUND, certificate(NAME, "api.example.test"))
    files = files.with_conf("webroot_path = /srv/www,\n", "")
    assert "api.example.test has no webroot" in broken(files).why


def test_standalone_on_a_port_that_nginx_has_is_broken_unless_a_hook_stops_it() -> None:
    files = SOUND.with_conf("authenticator = webroot", "authenticator = standalone")
    found = broken(files)
    assert "needs port 80 for itself" in found.why
    assert lines_of(found, SITE_PATH) == [2]
    hooks = "authenticator = standalone\npre_hook = systemctl stop nginx\npost_hook = systemctl start nginx"
    holds(files.with_conf("authenticator = standalone", hooks))
    holds(
        files.with_conf(
            "authenticator = standalone", "authenticator = standalone\nhttp01_port = 8888"
        )
    )
    holds(files.without(SITE_PATH, "/etc/nginx/nginx.conf"))


def test_manual_without_a_hook_is_never_renewed() -> None:
    files = SOUND.with_conf("authenticator = webroot", "authenticator = manual")
    assert "is renewed by hand" in broken(files).why
    holds(
        files.with_conf(
            "authenticator = manual", "authenticator = manual\nmanual_auth_hook = /bin/x"
        )
    )


def test_dns_credentials_must_be_named_there_and_private() -> None:
    files = SOUND.with_conf("authenticator = webroot", "authenticator = dns-rfc2136")
    assert "names no credentials for dns-rfc2136" in broken(files).why
    named = files.with_conf(
        "authenticator = dns-rfc2136",
        "authenticator = dns-rfc2136\ndns_rfc2136_credentials = /root/dns.ini",
    )
    holds(named)
    assert "are not there" in broken(named.not_there("/root/dns.ini")).why
    opened = named.with_("/root/dns.ini", "dns_rfc2136_secret = swordfish\n", 0o644)
    found = broken(opened)
    assert found.severity is Severity.WARNING
    assert "others may read" in found.why
    assert "swordfish" not in told(found) + repr(found)
    holds(named.with_("/root/dns.ini", "x", 0o600))
    holds(SOUND.with_conf("authenticator = webroot", "authenticator = dns-route53"))


def test_a_wildcard_cannot_be_renewed_over_http() -> None:
    files = SOUND.with_conf(f"{NAME} = /srv/www", '"*.example.test" = /srv/www')
    assert "a wildcard needs DNS" in told(broken(files))


def test_a_plugin_that_is_not_known_leaves_it_open() -> None:
    files = SOUND.with_conf("authenticator = webroot", "authenticator = acme-dns-of-ours")
    assert "is not known here" in unknown(files).why


def test_only_the_names_of_the_promise_count() -> None:
    other = SOUND.files[CONF_PATH]
    assert isinstance(other, str)
    text = other.replace(NAME, "old.example.test").replace("authenticator = webroot", "x = y")
    files = SOUND.with_(f"{FOLDER}/renewal/old.example.test.conf", text)
    assert "old.example.test" in broken(files).why
    holds(files, names=(NAME,))


def test_nginx_text_that_cannot_be_read_is_never_taken_for_a_sound_way() -> None:
    files = SOUND.with_("/etc/nginx/nginx.conf", NGINX + "}\n").with_conf("= /srv/www", "= /srv/x")
    assert not told(verdict_of(files)).startswith(f"{NAME} will be renewed\nnginx")


@pytest.mark.parametrize("pattern", ["(.|.)*x", ".*.*.*.*.*.*.*.*x", "(?>a)++", "x{1,99999999999}"])
def test_an_expression_that_could_take_for_ever_leaves_the_way_open(pattern: str) -> None:
    location = f'root /srv/old;\n  location ~ "{pattern}" {{ root /srv/www; }}\n}}'
    holds(SOUND.with_(SITE_PATH, SITE.replace("root /srv/www;\n}", location, 1)))
    server = SITE.replace(f"server_name {NAME};\n  root /srv/www;", f'server_name "~{pattern}";', 1)
    holds(SOUND.with_(SITE_PATH, server))
