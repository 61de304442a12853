"""How fast an nginx configuration is read and judged, beside parsers that judge nothing."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.row import PEER_MISSING, Row, spread
from twiceshy.kinds import ratelimit, webserver
from twiceshy.model.configuration import Configuration
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId
from twiceshy.model.kind import Kind

TARGET_SECONDS = 1.0
NOW = datetime(2026, 6, 1, tzinfo=UTC)
HEAD = """\
user www-data;
events { worker_connections 1024; }
http {
    include mime.types;
    limit_req_zone $binary_remote_addr zone=client:10m rate=10r/s;
    limit_req_zone $server_name zone=whole:10m rate=200r/s;
    limit_req_status 429;
    upstream app { server 10.0.0.1:8080; server 10.0.0.2:8080; }
"""
SERVER = """\
    server {
        listen 443 ssl http2;
        server_name s@.example.org www.s@.example.org;
        ssl_certificate /etc/ssl/s@.pem;
        ssl_certificate_key /etc/ssl/s@.key;
        limit_req zone=client burst=20 nodelay;
        limit_req zone=whole burst=100;
        add_header X-Frame-Options "DENY always";
        location / { proxy_pass http://app; proxy_set_header Host $host; }
        location /static/ { root /srv/s@; expires 30d; }
        location ~ \\.php$ { return 404; }
    }
"""


def rows(*, quick: bool) -> list[Row]:
    """All measurements of nginx."""
    servers, rounds = (50, 1) if quick else (2000, 5)
    text = HEAD + "".join(SERVER.replace("@", str(one)) for one in range(servers)) + "}\n"
    return [_judged(text, servers, rounds)]


def _judged(text: str, servers: int, rounds: int) -> Row:
    seconds = []
    for _ in range(rounds):
        configuration = Configuration(files={"/etc/nginx/nginx.conf": text.encode()})
        began = time.perf_counter()
        _judge(ratelimit.KIND, configuration)
        _judge(webserver.KIND, configuration)
        seconds.append(time.perf_counter() - began)
    with tempfile.TemporaryDirectory() as folder:
        main = Path(folder) / "nginx.conf"
        main.write_text(text)
        (Path(folder) / "mime.types").write_text("types { }\n")
        parsed = _crossplane(main, rounds)
        checked = _gixy(main)
    middle = statistics.median(seconds)
    peer = f"crossplane.parse alone {spread(parsed, 2)} s"
    peer += f"; gixy {checked:.2f} s" if checked is not None else f"; gixy: {PEER_MISSING}"
    return Row(
        what=f"nginx: {servers} servers, {len(text) // 1024} KiB: read, and judged for two guards",
        figure=f"{spread(seconds, 2)} s",
        target=f"< {TARGET_SECONDS:g} s",
        met=middle < TARGET_SECONDS,
        peer=peer,
        ratio=round(statistics.median(parsed) / middle, 2),
        details={"ours_seconds": seconds, "crossplane_seconds": parsed, "gixy_seconds": checked},
    )


def _judge(kind: Kind, configuration: Configuration) -> None:
    promise = kind.promise()
    guard = Guard(GuardId("bench"), kind.id, "web", promise, timedelta(hours=1))
    assert kind.proposals is not None
    kind.judge(promise, kind.proposals.fact(guard, configuration, NOW), NOW)


def _crossplane(main: Path, rounds: int) -> list[float]:
    import crossplane  # type: ignore[import-untyped] # it ships no types

    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        crossplane.parse(str(main))
        seconds.append(time.perf_counter() - began)
    return seconds


def _gixy(main: Path) -> float | None:
    program = shutil.which("gixy")
    if program is None:
        return None
    began = time.perf_counter()
    subprocess.run([program, str(main)], capture_output=True, check=False)
    return time.perf_counter() - began
