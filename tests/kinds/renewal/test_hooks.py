"""Will the servers notice a new certificate?"""

from __future__ import annotations

import pytest

from tests.farm.renewals import (
    CONF_PATH,
    FOLDER,
    HOOK,
    HOOK_PATH,
    NAME,
    SERVICE,
    SERVICE_PATH,
    SOUND,
    TIMER_PATH,
    broken,
    holds,
    line_with,
    lines_of,
    told,
    unknown,
)
from twiceshy.model.verdict import Severity

BARE = SOUND.without(HOOK_PATH)


def with_hook(command: str) -> str:
    return f"authenticator = webroot\nrenew_hook = {command}"


def test_no_hook_at_all_is_broken() -> None:
    found = broken(BARE)
    assert "has no deploy hook" in found.why
    assert line_with(BARE, CONF_PATH, "[renewalparams]") in lines_of(found, CONF_PATH)
    holds(BARE, reload_hook="none")


def test_no_hook_in_a_change_that_holds_nothing_else_of_the_folder_is_unknown() -> None:
    files = BARE.without(f"{FOLDER}/cli.ini")
    assert "renewal-hooks/ was not handed in" in unknown(files).why


@pytest.mark.parametrize(
    "command",
    [
        "systemctl reload nginx",
        "systemctl restart nginx.service",
        "service nginx reload",
        "/usr/sbin/nginx -s reload",
        '"nginx -t && nginx -s reload"',
        "kill -HUP $(cat /run/nginx.pid)",
        "/etc/init.d/nginx reload",
        "docker exec web nginx -s reload",
    ],
)
def test_ways_to_reload_a_server(command: str) -> None:
    holds(BARE.with_conf("authenticator = webroot", with_hook(command)))


@pytest.mark.parametrize("place", ["cli.ini", "post", "installer", "service", "script"])
def test_places_where_a_reload_may_stand(place: str) -> None:
    reload = "systemctl reload nginx"
    files = {
        "cli.ini": BARE.with_(f"{FOLDER}/cli.ini", f"deploy-hook = {reload}\n"),
        "post": BARE.with_(f"{FOLDER}/renewal-hooks/post/web", HOOK, 0o755),
        "installer": BARE.with_conf("key_type = ecdsa", "key_type = ecdsa\ninstaller = nginx"),
        "service": BARE.with_(SERVICE_PATH, SERVICE.strip() + f' --deploy-hook "{reload}"\n'),
        "script": BARE.with_("/usr/local/bin/deployed", f"#!/bin/sh\n{reload}\n", 0o755).with_conf(
            "authenticator = webroot", with_hook("/usr/local/bin/deployed")
        ),
    }[place]
    holds(files)


def test_a_hook_that_is_not_executable_is_never_run() -> None:
    files = SOUND.with_(HOOK_PATH, HOOK, 0o644)
    found = broken(files)
    assert found.why == f"{HOOK_PATH} is not executable, so it is never run, and nobody is told"
    assert lines_of(found, HOOK_PATH) == [1]
    spare = files.with_(f"{FOLDER}/renewal-hooks/deploy/web", HOOK, 0o755)
    assert broken(spare).severity is Severity.WARNING


def test_a_hook_of_which_the_mode_is_not_known_counts() -> None:
    holds(BARE.with_(HOOK_PATH, HOOK))


def test_a_script_that_is_gone_or_cannot_run_is_broken() -> None:
    files = BARE.with_conf("authenticator = webroot", with_hook("/usr/local/bin/deployed nginx"))
    assert "cannot be told: it calls /usr/local/bin/deployed" in unknown(files).why
    assert "is not there" in broken(files.not_there("/usr/local/bin/deployed")).why
    text = "#!/bin/sh\nsystemctl reload nginx\n"
    assert "is not executable" in broken(files.with_("/usr/local/bin/deployed", text, 0o644)).why
    holds(files.with_("/usr/local/bin/deployed", text, 0o755))
    cut = "#!/bin/sh\r\nsystemctl reload nginx\r\n"
    assert "carriage return" in broken(files.with_("/usr/local/bin/deployed", cut, 0o755)).why


@pytest.mark.parametrize(
    "text", ["#!/bin/sh\n# systemctl reload nginx\n", "#!/bin/sh\necho renewed\n", "", "exit 0\n"]
)
def test_a_hook_that_reloads_nothing_is_broken(text: str) -> None:
    found = broken(SOUND.with_(HOOK_PATH, text, 0o755))
    assert "nobody reloads nginx" in found.why
    holds(SOUND.with_(HOOK_PATH, text, 0o755), reload_hook="exists")


def test_every_server_that_uses_the_certificate_must_be_reloaded() -> None:
    main = f"smtpd_tls_cert_file = {FOLDER}/live/{NAME}/fullchain.pem\n"
    dovecot = f"# ssl_cert = <{FOLDER}/live/{NAME}/none.pem\nssl_cert = <{FOLDER}/live/{NAME}/fullchain.pem\n"
    files = SOUND.with_("/etc/postfix/main.cf", main).with_(
        "/etc/dovecot/conf.d/10-ssl.conf", dovecot
    )
    found = broken(files)
    assert "nobody reloads dovecot, postfix" in found.why
    assert lines_of(found, "/etc/dovecot/conf.d/10-ssl.conf") == [2]
    whole = "#!/bin/sh\nsystemctl reload nginx postfix\ndoveadm reload\n"
    holds(files.with_(HOOK_PATH, whole, 0o755))
    assert "nobody reloads haproxy" in broken(SOUND, reloads=("haproxy", "nginx")).why


def test_a_hook_that_hands_the_work_on_is_not_decided() -> None:
    assert "it calls ssh" in unknown(SOUND.with_(HOOK_PATH, "ssh web-2 make reload\n", 0o755)).why


def test_a_hook_that_only_one_of_two_schedules_gives() -> None:
    cron = "0 3 * * * root certbot renew -q --deploy-hook 'systemctl reload nginx'\n"
    files = BARE.with_("/etc/cron.d/renew", cron)
    found = broken(files)
    assert "is renewed by two schedules" in told(found)
    assert lines_of(found, SERVICE_PATH) == [line_with(files, SERVICE_PATH, "ExecStart")]
    holds(files.without(SERVICE_PATH, TIMER_PATH))
    holds(files.with_(HOOK_PATH, HOOK, 0o755))


def test_hooks_of_the_folder_do_not_count_when_they_are_switched_off() -> None:
    off = SERVICE.strip() + " --no-directory-hooks\n"
    assert "has no deploy hook" in broken(SOUND.with_(SERVICE_PATH, off)).why
