from __future__ import annotations

from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twiceshy.changes.tree import Tree, configurations, follow, host_named, root_of


def tree(*names: str, base: str = "", links: dict[str, str] | None = None) -> Tree:
    return Tree(
        files=MappingProxyType({name: name.encode() for name in names}),
        origin="test",
        base=base,
        links=MappingProxyType(links or {}),
    )


def test_each_folder_that_holds_a_hosts_root_is_a_host() -> None:
    found = configurations(
        tree("hosts/web-1/etc/nginx/nginx.conf", "hosts/mail-1/etc/nftables.conf")
    )
    assert [host_named(root) for root in found] == ["mail-1", "web-1"]
    assert list(found["hosts/web-1"].files) == ["/etc/nginx/nginx.conf"]
    assert found["hosts/web-1"].prefix == "hosts/web-1"


def test_a_tree_that_is_a_hosts_root_is_one_host_without_a_name() -> None:
    (root,) = configurations(tree("etc/nginx/nginx.conf", "srv/app/.env"))
    assert root == ""


def test_a_file_outside_the_folders_every_host_has_stands_at_the_root() -> None:
    found = configurations(tree("firewall/mail.nft", base="candidate"))
    assert list(found[""].files) == ["/firewall/mail.nft"]
    assert found[""].shown("/firewall/mail.nft") == "candidate/firewall/mail.nft"


def test_it_can_be_told_where_a_folder_stands() -> None:
    found = configurations(tree("nginx.conf", "conf.d/shop.conf"), "/etc/nginx/")
    assert set(found[""].files) == {"/etc/nginx/nginx.conf", "/etc/nginx/conf.d/shop.conf"}


def test_it_can_be_told_what_a_single_file_is_called_there() -> None:
    assert list(configurations(tree("new.txt"), "/etc/nftables.conf")[""].files) == [
        "/etc/nftables.conf"
    ]


def test_a_link_to_a_neighbour_is_that_file() -> None:
    found = configurations(
        tree(
            "etc/nginx/sites-available/shop",
            links={"etc/nginx/sites-enabled/shop": "../sites-available/shop"},
        )
    )[""]
    assert (
        found.files["/etc/nginx/sites-enabled/shop"]
        == found.files["/etc/nginx/sites-available/shop"]
    )


def test_an_absolute_link_is_followed_on_its_own_host() -> None:
    found = configurations(
        tree("web-1/etc/app/real.conf", links={"web-1/etc/app.conf": "/etc/app/real.conf"})
    )["web-1"]
    assert found.files["/etc/app.conf"] == b"web-1/etc/app/real.conf"


def test_a_link_to_a_folder_is_all_its_files() -> None:
    found = configurations(
        tree("srv/releases/5/a", "srv/releases/5/b/c", links={"srv/app": "releases/5"})
    )[""]
    assert {"/srv/app/a", "/srv/app/b/c"} <= set(found.files)


@pytest.mark.parametrize("target", ["gone", "/etc/gone", "../../..", "loop"])
def test_a_link_that_leads_nowhere_is_unseen_and_says_where_it_leads(target: str) -> None:
    found = configurations(tree("etc/other", links={"etc/loop": target}))[""]
    assert "/etc/loop" not in found.files
    assert target in found.unseen["/etc/loop"]


def test_links_in_a_circle_end() -> None:
    links = {"/etc/a": "b", "/etc/b": "a"}
    assert follow("/etc/a", "b", {}, links) == {}


@given(st.text(alphabet="abetc/.", min_size=1, max_size=30))
def test_every_name_stands_somewhere_absolute_below_its_root(name: str) -> None:
    found = configurations(tree(name))
    (root,) = found
    assert root == root_of(name)
    assert all(path.startswith("/") for path in found[root].files)
