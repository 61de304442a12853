"""Which files of a host are read, and which never are."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from tests.farm.authority import ec_key, issue
from twiceshy.languages.nginx import Trouble, read
from twiceshy.model.configuration import Configuration
from twiceshy.model.estate import Host
from twiceshy.model.ids import HostId
from twiceshy.probes.view import View
from twiceshy.probes.webserver_files import collect

HERE = Host(HostId("web-1"))


def collected(*mains: Path) -> Configuration:
    view = View("here", 10.0, lambda: datetime(2026, 6, 1, tzinfo=UTC))
    return asyncio.run(collect(HERE, tuple(map(str, mains)), view))


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "nginx.conf"


def test_what_is_included_at_any_depth_is_read_and_nothing_else(tmp_path: Path) -> None:
    main = written(
        tmp_path,
        {
            "nginx.conf": "http { include sites/*.conf; }",
            "sites/a.conf": f"server {{ include {tmp_path}/snippets/*/tls.conf; }}",
            "sites/b.txt": "server { }",
            "snippets/x/tls.conf": "ssl_protocols TLSv1.3;",
            "snippets/x/other.conf": "root /;",
        },
    )
    found = collected(main)
    names = sorted(path.removeprefix(f"{tmp_path}/") for path in found.files)
    assert names == ["nginx.conf", "sites/a.conf", "snippets/x/tls.conf"]
    assert (found.origin, dict(found.unseen)) == ("web-1", {})
    assert read(found, str(main)).problems == ()


def test_an_enabled_site_is_read_through_its_link(tmp_path: Path) -> None:
    main = written(
        tmp_path,
        {"nginx.conf": "http { include enabled/*; }", "available/shop": "server { listen 80; }"},
    )
    (tmp_path / "enabled").mkdir()
    (tmp_path / "enabled/shop").symlink_to(tmp_path / "available/shop")
    assert f"{tmp_path}/enabled/shop" in collected(main).files


def test_a_file_that_is_included_and_not_there_stops_nginx(tmp_path: Path) -> None:
    main = written(tmp_path, {"nginx.conf": "http { include tls.conf; include none/*.conf; }"})
    (problem,) = read(collected(main), str(main)).problems
    assert problem.trouble is Trouble.MISSING


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    main = written(
        tmp_path, {"nginx.conf": "include a.conf;", "a.conf": "include nginx.conf; include a.conf;"}
    )
    assert len(collected(main).files) == 2


def test_a_file_with_a_private_key_is_not_kept(tmp_path: Path) -> None:
    main = written(tmp_path, {"nginx.conf": "include key.conf;"})
    (tmp_path / "key.conf").write_bytes(issue(key=ec_key("secret")).key_pem)
    found = collected(main)
    assert f"{tmp_path}/key.conf" not in found.files
    assert found.unseen[f"{tmp_path}/key.conf"] == "it holds a private key"


def test_haproxy_s_folder_is_read_too(tmp_path: Path) -> None:
    written(tmp_path, {"haproxy.cfg": "global\n", "conf.d/a.cfg": "frontend a\n"})
    found = collected(tmp_path / "haproxy.cfg")
    assert len(found.files) == 2


def test_a_main_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    found = collected(tmp_path / "nginx.conf")
    assert not found.files
    assert "No such file" in found.unseen[f"{tmp_path}/nginx.conf"]
