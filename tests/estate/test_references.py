from __future__ import annotations

from collections.abc import Callable

import pytest

from twiceshy.estate.fields import Said
from twiceshy.estate.mistakes import Mistakes
from twiceshy.estate.references import check_cycles
from twiceshy.model.estate import Estate


def cycles(**depends_on: str) -> list[str]:
    mistakes = Mistakes("f")
    said = {
        name: [Said(other, line, 1) for other in others.split()]
        for line, (name, others) in enumerate(depends_on.items(), 1)
    }
    check_cycles(said, mistakes)
    return [str(mistake) for mistake in mistakes.found]


def told(line: int, circle: str) -> str:
    rest = "(a service cannot wait for itself)"
    return f"f:{line}:1: services depend on each other in a circle: {circle} {rest}"


def test_a_circle_is_told_once_with_all_its_members_where_it_closes() -> None:
    assert cycles(web="db dns", db="dns", dns="web", mail="web") == [
        told(3, "web -> db -> dns -> web")
    ]


def test_a_service_that_depends_on_itself_is_a_circle_of_one() -> None:
    assert cycles(a="a") == [told(1, "a -> a")]


def test_two_circles_are_two_mistakes() -> None:
    assert cycles(a="b", b="a", c="d", d="c") == [told(2, "a -> b -> a"), told(4, "c -> d -> c")]


def test_a_diamond_is_no_circle() -> None:
    assert cycles(a="b c", b="d", c="d", d="") == []


def test_a_name_that_is_no_service_is_no_circle() -> None:
    assert cycles(a="nobody") == []


def test_a_chain_may_be_as_long_as_the_file() -> None:
    chain = {f"s{number}": f"s{number + 1}" for number in range(20_000)}
    assert cycles(**chain, s20000="") == []
    (line,) = cycles(**chain, s20000="s0")
    assert "s6 -> s7 -> (19986 more) -> s19994" in line


@pytest.mark.parametrize("count", [1, 40])
def test_known_names_are_listed_when_none_is_near_but_not_without_end(
    mistakes: Callable[..., list[str]], count: int
) -> None:
    names = ", ".join(f"s{number}: {{}}" for number in range(count))
    (line,) = mistakes(f"version: 1\nservices: {{{names}, x: {{depends_on: [quite-different]}}}}\n")
    assert line.endswith(" (allowed: s0, x)" if count == 1 else ", s15 and 25 more)")


def test_services_may_depend_on_each_other_in_any_order(load: Callable[..., Estate]) -> None:
    text = "version: 1\nservices: {a: {depends_on: [c]}, b: {}, c: {depends_on: b}}\n"
    assert list(load(text).services) == ["a", "b", "c"]
