"""Rule files with their includes, out of a configuration."""

from __future__ import annotations

from twiceshy.languages.seclang.files import Gap, Item, library_of
from twiceshy.languages.seclang.statement import Statement
from twiceshy.model.configuration import Configuration
from twiceshy.model.place import Place

ASKED = Place("/etc/nginx/nginx.conf", 3)


def read(files: dict[str, str], unseen: dict[str, str] | None = None) -> tuple[Item, ...]:
    content = {path: text.encode() for path, text in files.items()}
    configuration = Configuration(content, unseen=unseen or {}, prefix="after")
    return library_of(configuration).file("/etc/main.conf", ASKED)


def names(items: tuple[Item, ...]) -> list[str]:
    return [one.first if isinstance(one, Statement) else f"({one.why})" for one in items]


def test_includes_stand_where_they_are_written_in_order() -> None:
    items = read(
        {
            "/etc/main.conf": "SecMarker 1\nInclude own/*.conf\nSecMarker 4",
            "/etc/own/b.conf": "SecMarker 3",
            "/etc/own/a.conf": "SecMarker 2",
            "/etc/own/.c.conf": "SecMarker x",
            "/etc/own/a.data": "SecMarker x",
        }
    )
    assert names(items) == ["1", "2", "3", "4"]
    assert isinstance(items[1], Statement)
    assert items[1].place == Place("after/etc/own/a.conf", 1)


def test_an_include_is_relative_to_its_own_file() -> None:
    items = read(
        {
            "/etc/main.conf": "include own/a.conf",
            "/etc/own/a.conf": "include b.conf",
            "/etc/own/b.conf": "SecMarker b",
        }
    )
    assert names(items) == ["b"]


def test_what_was_not_handed_in_is_told_from_what_is_not_there() -> None:
    files = {"/etc/main.conf": "Include /usr/x.conf\nInclude /opt/y/*.conf\nInclude /etc/z*.conf"}
    first, second, third = read(files, {"/opt/y": "No such file or directory"})
    assert isinstance(first, Gap)
    assert (first.is_absent, "not part of what was handed in" in first.why) == (False, True)
    assert first.place == Place("after/etc/main.conf", 1)
    assert isinstance(second, Gap)
    assert second.is_absent
    assert isinstance(third, Gap)
    assert third.is_absent


def test_the_core_rules_are_known_by_their_path() -> None:
    files = {
        "/etc/main.conf": "Include /usr/share/modsecurity-crs/rules/*.conf\n"
        "Include /etc/nginx/coreruleset-4.3/rules/*.conf\nInclude /etc/nginx/own.conf"
    }
    found = [one.is_core_rules for one in read(files) if isinstance(one, Gap)]
    assert found == [True, True, False]


def test_a_file_that_includes_itself_ends() -> None:
    (item,) = read({"/etc/main.conf": "Include main.conf"})
    assert isinstance(item, Gap)
    assert "includes itself" in item.why


def test_files_that_include_each_other_many_times_end() -> None:
    files = {f"/etc/{n}.conf": f"Include /etc/{n + 1}.conf\n" * 50 for n in range(30)}
    files["/etc/main.conf"] = "Include /etc/0.conf"
    items = read(files)
    assert any(isinstance(one, Gap) and "more than the" in one.why for one in items)


def test_a_file_that_is_too_long_is_not_read() -> None:
    (item,) = read({"/etc/main.conf": "#" * (16 * 1024 * 1024 + 1)})
    assert isinstance(item, Gap)
    assert "longer than" in item.why
