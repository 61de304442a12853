"""What a change does to renewals, in words; and which files the kind reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.farm.authority import NOW
from tests.farm.renewals import (
    CONF,
    CONF_PATH,
    FOLDER,
    HOOK,
    HOOK_PATH,
    NAME,
    NGINX,
    SERVICE,
    SITE,
    SITE_PATH,
    SOUND,
    TIMER,
    TIMER_PATH,
    Files,
)
from twiceshy.changes.folder import read_side
from twiceshy.changes.outcome import Review
from twiceshy.changes.review import review
from twiceshy.estate.load import load_estate
from twiceshy.kinds.renewal.differences import differences
from twiceshy.kinds.renewal.read import recognises
from twiceshy.model.verdict import Broken, Holds

EXAMPLE = Path(__file__).parents[3] / "examples" / "changes" / "web-renewal"


def told(after: Files) -> tuple[str, ...]:
    return differences(SOUND.configuration(), after.configuration())


def test_nothing_changes_by_comments_and_order() -> None:
    assert told(SOUND.with_(CONF_PATH, f"# a comment\n\n{CONF}")) == ()


def test_each_change_has_its_sentence() -> None:
    assert told(SOUND.without(CONF_PATH)) == (
        f"{NAME}: is renewed no longer, its renewal configuration goes",
    )
    assert told(SOUND.with_conf(f"{NAME} = /srv/www", f"{NAME} = /srv/x")) == (
        f"{NAME}: the challenge of {NAME} is put into /srv/x, before into /srv/www",
    )
    assert told(SOUND.with_conf("key_type = ecdsa", "key_type = rsa\nautorenew = False")) == (
        f"{NAME}: autorenew is False, before nothing",
        f"{NAME}: has keys of type rsa, before ecdsa",
    )
    assert told(SOUND.with_(HOOK_PATH, HOOK, 0o644)) == (
        f"{HOOK_PATH}: is run no longer: not executable",
    )
    assert told(SOUND.without(HOOK_PATH)) == (f"{HOOK_PATH}: is run no longer, it goes",)
    assert told(SOUND.with_(TIMER_PATH, "[Timer]\nOnCalendar=weekly\n")) == (
        "certbot.timer: at least every 7 days, before at least every 13 hours",
    )
    (masked,) = told(SOUND.with_(TIMER_PATH, ""))
    assert masked.startswith("certbot.timer: never (the timer is masked (it leads to /dev/null))")
    assert told(SOUND.with_(SITE_PATH, SITE.replace("root /srv/www;", "root /srv/new;", 1))) == (
        f"nginx answers the challenge of {NAME} from /srv/new, before from /srv/www",
    )
    broken = SOUND.with_conf("key_type = ecdsa", "key_type")
    assert "certbot skips it, line 14 is broken" in told(broken)[0]
    due = SOUND.with_conf("# renew_before_expiry = 30 days", "renew_before_expiry = 5 days")
    assert told(due) == (f"{NAME}: is due 5 days before its end, before 30 days (of 90 days)",)


@pytest.mark.parametrize(
    ("path", "content", "dialect"),
    [
        (CONF_PATH, CONF, "certbot renewal configuration"),
        (HOOK_PATH, HOOK, "certbot hook"),
        (f"{FOLDER}/cli.ini", "", "certbot options"),
        (f"{FOLDER}/live/{NAME}/cert.pem", "", "certbot certificate"),
        (TIMER_PATH, TIMER, "schedule of a renewal"),
        ("/etc/systemd/system/renew.service", SERVICE, "schedule of a renewal"),
        ("/etc/cron.d/renew", "@daily root certbot renew\n", "schedule of a renewal"),
        (SITE_PATH, SITE, "nginx"),
        ("/etc/nginx/nginx.conf", NGINX, None),
        ("/etc/hosts", "127.0.0.1 certbot renew", None),
        ("/srv/notes.txt", "certbot renew", None),
    ],
)
def test_which_files_are_of_a_renewal(path: str, content: str, dialect: str | None) -> None:
    assert recognises(path, content.encode()) == dialect


def reviewed(side: str) -> Review:
    estate = load_estate(EXAMPLE / "twiceshy.yaml")
    return review(read_side(EXAMPLE / "before"), read_side(EXAMPLE / side), estate, NOW)


def test_the_change_that_repeats_the_outage_is_refused_with_its_line() -> None:
    (one,) = (judged for judged in reviewed("after").judged if judged.guard.kind == "renewal")
    assert isinstance(one.before, Holds)
    assert isinstance(one.after, Broken)
    place = one.after.evidence[0].place
    assert place is not None
    assert place.file.endswith("after/etc/letsencrypt/renewal/www.example.org.conf")
    assert place.line == 18
    assert "nginx serves it from /srv/www/challenges" in one.after.why


def test_the_same_move_made_in_both_places_is_let_through() -> None:
    (one,) = (judged for judged in reviewed("mended").judged if judged.guard.kind == "renewal")
    assert isinstance(one.before, Holds)
    assert isinstance(one.after, Holds)
