"""Apache's includes, tests and variables, as they come."""

from __future__ import annotations

from tests.languages.apache.reading import MAIN, said, tree_of
from twiceshy.languages.apache.tree import Section


def test_includes_come_sorted_and_links_are_files() -> None:
    tree = tree_of(
        "IncludeOptional mods-enabled/*.load\nInclude conf.d",
        {
            "mods-enabled/b.load": "LoadModule b_module b.so",
            "mods-enabled/a.load": "LoadModule a_module a.so",
            "conf.d/sub/x.conf": "ServerName x",
        },
    )
    assert [name for name, _ in tree.modules] == ["a_module", "b_module"]
    assert said(tree) == ["LoadModule a_module a.so", "LoadModule b_module b.so", "ServerName x"]
    assert not tree.problems


def test_a_module_counts_from_its_line_on() -> None:
    block = "<IfModule x_module>\nServerName in\n</IfModule>\n"
    early = tree_of(f"{block}LoadModule x_module modules/mod_x.so")
    late = tree_of(f"LoadModule x_module modules/mod_x.so\n{block}")
    assert "ServerName in" not in said(early)
    assert "ServerName in" in said(late)
    (untaken,) = early.untaken
    assert untaken.names == ("servername",)
    assert untaken.place.line == 1


def test_a_module_is_known_by_its_file_and_by_not_being_there() -> None:
    tree = tree_of(
        "LoadModule x_module modules/mod_x.so\n<IfModule mod_x.c>\nServerName 1\n</IfModule>\n"
        "<IfModule !y_module>\nServerName 2\n</IfModule>\n<IfModule so_module>\nServerName 3\n</IfModule>"
    )
    assert said(tree)[1:] == ["ServerName 1", "ServerName 2", "ServerName 3"]


def test_tests_inside_a_block_that_is_read_over_are_read_over() -> None:
    tree = tree_of(
        "<IfModule no>\n<IfModule !no>\nServerName 1\n</IfModule>\n</IfModule>\nServerName 2"
    )
    assert said(tree) == ["ServerName 2"]
    assert len(tree.untaken) == 1


def test_defines_are_known_from_their_line_from_the_start_and_from_envvars() -> None:
    block = "<IfDefine WAF>\nServerName ${NAME}\n</IfDefine>"
    assert said(tree_of(block)) == []
    assert said(tree_of(f"Define WAF\nDefine NAME x\n{block}"))[-1] == "ServerName x"
    assert said(tree_of(block, defines=("WAF",))) == ["ServerName ${NAME}"]
    envvars = (
        "export NAME=y$SUFFIX\n# export APACHE_ARGUMENTS=no\nexport APACHE_ARGUMENTS='-D WAF'\n"
    )
    assert said(tree_of(block, {"envvars": envvars})) == ["ServerName y"]
    assert said(tree_of(f"Define WAF\nUnDefine WAF\n{block}"))[-1] == "UnDefine WAF"


def test_versions_are_decided_where_two_numbers_do() -> None:
    block = "<IfVersion {}>\nServerName 1\n</IfVersion>"
    assert said(tree_of(block.format(">= 2.4"))) == ["ServerName 1"]
    assert said(tree_of(block.format("< 2.4"))) == []
    undecided = tree_of(block.format(">= 2.4.50"))
    assert said(undecided) == ["ServerName 1"]
    assert "exact version" in undecided.problems[0].why


def test_an_optional_include_of_nothing_is_quiet_and_the_other_one_loud() -> None:
    files = {"own/readme": "x"}
    quiet = tree_of("IncludeOptional own/*.conf", files)
    loud = tree_of("Include own/*.conf", files)
    assert [(one.is_absent, one.is_loud) for one in quiet.problems] == [(True, False)]
    assert [(one.is_absent, one.is_loud) for one in loud.problems] == [(True, True)]


def test_what_was_not_handed_in_is_told_from_what_is_not_there() -> None:
    (unknown,) = tree_of("IncludeOptional /usr/share/x/*.load").problems
    assert (unknown.is_absent, unknown.path) == (False, "/usr/share/x/*.load")
    unseen = {"/usr/share/x": "No such file or directory"}
    (gone,) = tree_of("IncludeOptional /usr/share/x/*.load", unseen=unseen).problems
    assert gone.is_absent


def test_relative_names_start_at_the_server_root() -> None:
    tree = tree_of('ServerRoot "/srv"\nInclude a.conf', {"/srv/a.conf": "ServerName x"})
    assert said(tree)[-1] == "ServerName x"


def test_sections_nest_and_keep_their_places() -> None:
    tree = tree_of(
        "<VirtualHost *:80>\n  <Location /x>\n    SecRuleEngine Off\n  </Location>\n</VirtualHost>"
    )
    (host,) = tree.nodes
    assert isinstance(host, Section)
    (location,) = host.sections()
    assert (location.name, location.argument, location.place.line) == ("location", "/x", 2)
    assert location.title == "<Location /x>"
    assert location.inside[0].place.column == 5


def test_broken_nesting_is_named() -> None:
    assert "closes nothing" in tree_of("</Location>").problems[0].why
    assert "closes nothing" in tree_of("<Location /x>\n</Files>\n</Location>").problems[0].why
    assert "never closed" in tree_of("<Location /x>").problems[0].why
    assert "malformed" in tree_of("<Location /x").problems[0].why


def test_a_test_that_is_never_closed_ends_with_its_file() -> None:
    assert not tree_of("<IfModule so_module>\nServerName x").problems


def test_a_file_that_includes_itself_ends() -> None:
    (problem,) = tree_of(f"Include {MAIN}").problems
    assert "includes itself" in problem.why


def test_files_that_include_each_other_many_times_end() -> None:
    files = {f"{n}.conf": f"Include {n + 1}.conf\n" * 50 for n in range(30)}
    problems = tree_of("Include 0.conf", files).problems
    assert any("more than the" in one.why or "deeper than" in one.why for one in problems)


def test_a_value_that_doubles_again_and_again_ends() -> None:
    doubling = "Define A xx\n" + "Define A ${A}${A}\n" * 100 + "ServerName ${A}"
    assert len(said(tree_of(doubling))[-1]) < 10_000


def test_deep_nesting_ends() -> None:
    problems = tree_of("<Location /x>\n" * 500).problems
    assert any("deeper than" in one.why for one in problems)
