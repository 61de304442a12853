"""What means the same is no drift; what means something else is, with both lines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twiceshy.kinds.drift import KIND
from twiceshy.kinds.drift.compare import compared
from twiceshy.kinds.drift.facts import (
    Ansible,
    AnsibleSeen,
    DriftFact,
    Promise,
    State,
    TaskSeen,
    Thing,
)
from twiceshy.kinds.drift.readings import reading_of
from twiceshy.model.verdict import Broken, Holds, Unknown

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NGINX = "/etc/nginx/nginx.conf"
HAPROXY = "/etc/haproxy/haproxy.cfg"
APACHE = "/etc/apache2/apache2.conf"
MAIN = "/etc/postfix/main.cf"
MASTER = "/etc/postfix/master.cf"


def thing(path: str, reviewed: str, running: str) -> Thing:
    return compared(
        "web-1",
        path,
        reading_of(path, reviewed.encode(), f"hosts{path}"),
        reading_of(path, running.encode(), f"web-1:{path}"),
    )


@pytest.mark.parametrize(
    ("path", "reviewed", "running"),
    [
        (NGINX, "user a;\nhttp { gzip on; }\n", "# by hand\nhttp {\n  gzip on;\n}\nuser a;\n"),
        (
            NGINX,
            "server { listen 80; server_name a; location / { return 200; } }",
            'server { server_name "a"; listen 80;\n location / { return 200; } }',
        ),
        (HAPROXY, "global\n  daemon\n", "# new\nglobal\n    daemon # yes\n\n"),
        (APACHE, "ServerName a\n", "# b\nservername   a\n"),
        (MAIN, "a = b, c\nd = e\n", "d = e\n# x\na =\n  b\n  c\n"),
        (MASTER, "smtp inet n - y - - smtpd\n -o a=b\n", "smtp  inet n - y - - smtpd -o a=b\n"),
        ("/etc/app.ini", "[a]\nb = 1\n[c]\nd = 2\n", "; note\n[c]\nd=2\n[a]\nb=1\n"),
        ("/srv/app/.env", 'A="1"\nB=2\n', "# x\nB=2\nA='1'\n".replace("'1'", '"1"')),
        ("/srv/app.yaml", "a: 1\nb:\n  c: x\n", "# hello\nb:\n  c: x   # there\na: 1\n"),
        ("/srv/app.json", '{"a": 1, "b": [1, 2]}', '{\n  "b": [1,2],\n  "a": 1\n}\n'),
        ("/srv/app.toml", "a = 1\n[b]\nc = 2\n", "# x\na=1\n\n[b]\nc = 2\n"),
        ("/etc/motd", "hello \n\nthere\n", "hello\nthere  \n"),
        ("/etc/ours.conf", "# a\nallow all!\n", "allow all!\n# b\n"),
    ],
)
def test_comments_spaces_and_order_without_meaning_are_no_drift(
    path: str, reviewed: str, running: str
) -> None:
    found = thing(path, reviewed, running)
    assert found.state is State.SAME, found


@pytest.mark.parametrize(
    ("path", "reviewed", "running", "lines", "words"),
    [
        (NGINX, "http {\n gzip on;\n}\n", "http {\n\n gzip off;\n}\n", (2, 3), "gzip off"),
        (
            NGINX,
            "http { server { modsecurity on; } }",
            "http { server { modsecurity off; } }",
            (1, 1),
            "modsecurity off",
        ),
        (HAPROXY, "global\n daemon\n", "global\n daemon\n nbthread 4\n", (None, 3), "nbthread"),
        (APACHE, "SecRuleEngine On\n", "SecRuleEngine DetectionOnly\n", (1, 1), "DetectionOnly"),
        (MAIN, "relayhost = a\n", "\nrelayhost = b\n", (1, 2), "relayhost = b"),
        (MASTER, "smtp inet n - y - - smtpd\n", "smtp inet n - n - - smtpd\n", (1, 1), "smtp/inet"),
        ("/etc/app.ini", "[a]\nb = 1\n", "[a]\nb = 2\n", (2, 2), "a.b = 2"),
        ("/srv/app/.env", "A=1\n", "A=2\n", (1, 1), "A = 2"),
        ("/srv/app.yaml", "a:\n  b: 1\n", "a:\n  b: 2\n", (2, 2), "a.b = 2"),
        ("/srv/app.yaml", 'a: "5"\n', "a: 5\n", (1, 1), "types"),
        ("/srv/app.json", '{"a": 5}', '{"a": "5"}', (1, 1), "types"),
        ("/srv/app.json", '{"a": []}', "{}", (1, 1), "types"),
        ("/srv/app.toml", "a = 1\n", 'a = "1"\n', (1, 1), "types"),
        ("/etc/motd", "a\nb\n", "a\nc\n", (2, 2), "c"),
        ("/etc/motd", "a\nb\n", "b\na\n", (None, 1), "b"),
    ],
)
def test_what_means_something_else_is_drift_with_both_lines(
    path: str,
    reviewed: str,
    running: str,
    lines: tuple[int | None, int | None],
    words: str,
) -> None:
    found = thing(path, reviewed, running)
    assert found.state is State.CHANGED
    first = found.differences[0]
    places = tuple(
        place.line if place is not None else None for place in (first.reviewed_at, first.running_at)
    )
    assert places == lines
    assert words in (first.running or first.reviewed or "")
    verdict = KIND.judge(
        Promise(reviewed=("x",)), DriftFact(at=NOW, vantage="h", things=(found,)), NOW
    )
    assert isinstance(verdict, Broken)
    assert verdict.evidence[0].place is not None


@pytest.mark.parametrize(
    ("path", "reviewed", "running"),
    [
        ("/srv/.env", "DB_PASSWORD=geheim1\n", "DB_PASSWORD=geheim2\n"),
        ("/srv/a.yaml", "db:\n  password: geheim1\n", "db:\n  password: geheim2\n"),
        ("/srv/a.yaml", "url: db://u:geheim1@h/x\n", "url: db://u:geheim2@h/x\n"),
        ("/etc/motd", "the password is geheim1\n", "the password is geheim2\n"),
        (MAIN, "x_password = geheim1\n", "x_password = geheim2\n"),
    ],
)
def test_a_secret_that_changed_is_drift_and_is_not_shown(
    path: str, reviewed: str, running: str
) -> None:
    found = thing(path, reviewed, running)
    assert found.state is State.CHANGED
    assert "geheim" not in repr(found)


@pytest.mark.parametrize(
    ("path", "text"),
    [(NGINX, "http {\n"), ("/srv/a.json", "{"), ("/srv/a.yaml", "a: [\n"), (MAIN, "no setting\n")],
)
def test_what_cannot_be_read_is_unknown_and_names_the_line(path: str, text: str) -> None:
    found = thing(path, text, text + "\n# x")
    assert found.state is State.UNKNOWN
    assert f"hosts{path}:" in found.why
    fact = DriftFact(at=NOW, vantage="here", things=(found,))
    assert isinstance(KIND.judge(Promise(reviewed=("x",)), fact, NOW), Unknown)


@given(st.binary(max_size=200), st.sampled_from([NGINX, HAPROXY, APACHE, MAIN, MASTER, "/a.yaml"]))
def test_no_bytes_are_too_odd_to_compare(data: bytes, path: str) -> None:
    reading = reading_of(path, data, path)
    assert compared("h", path, reading, reading).differences == ()


def test_a_long_list_in_another_order_ends_soon() -> None:
    lines = [f"line {number}" for number in range(20_000)]
    found = thing("/etc/motd", "\n".join(lines), "\n".join(reversed(lines)))
    assert found.state is State.CHANGED
    assert found.differences[0].what == "order in lines"


def test_nothing_to_hold_against_is_unknown_and_says_what_to_add() -> None:
    verdict = KIND.judge(Promise(of="DNS records of mail"), DriftFact(at=NOW, vantage="h"), NOW)
    assert isinstance(verdict, Unknown)
    assert verdict.why == "it is not said where the reviewed state of DNS records of mail is"
    assert verdict.next_step is not None
    assert "`reviewed`" in verdict.next_step


def test_a_check_run_is_judged() -> None:
    promise = Promise(ansible=Ansible("site.yml"))

    def verdict(seen: AnsibleSeen) -> Broken | Holds | Unknown:
        return KIND.judge(promise, DriftFact(at=NOW, vantage="h", ansible=seen), NOW)

    task = TaskSeen("web-1", "nginx is ours", None, "-a | +b")
    assert isinstance(verdict(AnsibleSeen("site.yml", 1, 5)), Holds)
    changed = verdict(AnsibleSeen("site.yml", 1, 5, changes=(task,)))
    assert isinstance(changed, Broken)
    assert "'nginx is ours' would change it: -a | +b" in changed.why
    assert isinstance(verdict(AnsibleSeen("site.yml", 1, 5, failures=(task,))), Unknown)
    assert isinstance(verdict(AnsibleSeen("site.yml", why_not="not installed")), Unknown)


@pytest.mark.parametrize(
    "promise",
    [
        {"files": ("/etc/motd",)},
        {"reviewed": ("x",), "files": ("etc/motd",)},
        {"firewall": True},
    ],
)
def test_a_promise_that_means_nothing_is_refused(promise: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Promise(**promise)  # type: ignore[arg-type] # wrong on purpose


@pytest.mark.parametrize("text", ["--become", " x", "", "a\0b"])
def test_nothing_that_looks_like_an_option_is_handed_to_ansible(text: str) -> None:
    with pytest.raises(ValueError):
        Ansible(text)
