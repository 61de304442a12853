"""Which workers count, and which files are newer than they are."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from twiceshy.model.estate import Host
from twiceshy.model.ids import HostId
from twiceshy.probes.view import View
from twiceshy.probes.webserver_running import (
    Process,
    haproxy_workers,
    newer_files,
    nginx_workers,
)

MAIN = "/etc/nginx/nginx.conf"
HERE = Host(HostId("web-1"))
VIEW = View("here", 10.0, lambda: datetime(2026, 6, 1, tzinfo=UTC))
RUNNING = (
    Process(10, 1, 9000, "nginx: master process /usr/sbin/nginx -g daemon on;"),
    Process(11, 10, 50, "nginx: worker process"),
    Process(12, 10, 8000, "nginx: worker process is shutting down"),
    Process(20, 1, 700, "nginx: master process nginx -c /srv/other.conf"),
    Process(21, 20, 600, "nginx: worker process"),
)


def test_the_workers_of_the_master_with_this_file_count() -> None:
    assert nginx_workers(RUNNING, MAIN) == (50,)
    assert nginx_workers(RUNNING, "/srv/other.conf") == (600,)


def test_workers_that_shut_down_do_not_count() -> None:
    assert nginx_workers(RUNNING[:1] + RUNNING[2:3], MAIN) == (
        f"the nginx that runs with {MAIN} has no worker"
    )


def test_no_master_with_this_file_is_said() -> None:
    assert nginx_workers(RUNNING, "/srv/third.conf") == "no nginx runs with /srv/third.conf"


def test_a_list_that_could_not_be_had_is_passed_on() -> None:
    assert nginx_workers("ps is not installed", MAIN) == "ps is not installed"
    assert haproxy_workers("ps is not installed", MAIN) == "ps is not installed"


def test_the_youngest_haproxy_counts_for_a_reload_starts_a_new_one() -> None:
    main = "/etc/haproxy/haproxy.cfg"
    master = Process(5, 1, 9000, f"/usr/sbin/haproxy -Ws -f {main}")
    worker = Process(6, 5, 30, f"/usr/sbin/haproxy -sf 4 -x sockpair@5 -Ws -f {main}")
    assert haproxy_workers((master, worker), main) == (30,)
    assert haproxy_workers((master,), "/srv/x.cfg") == "no haproxy runs with /srv/x.cfg"


def test_a_file_that_changed_after_the_workers_started_is_named(tmp_path: Path) -> None:
    changed = tmp_path / "site.conf"
    changed.write_text("server {}\n")
    found = asyncio.run(newer_files((str(changed), "/nowhere"), 3600, HERE, VIEW))
    assert found == (str(changed),)


def test_workers_that_just_started_have_read_every_file(tmp_path: Path) -> None:
    changed = tmp_path / "site.conf"
    changed.write_text("server {}\n")
    assert asyncio.run(newer_files((str(changed),), 0, HERE, VIEW)) == ()


def test_an_old_file_is_not_newer() -> None:
    assert asyncio.run(newer_files(("/etc/hostname",), 1, HERE, VIEW)) == ()
