from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from twiceshy.kinds.http.promise import Promise, is_secret_source


def test_the_default_is_a_good_answer_at_the_end_of_the_redirects() -> None:
    promise = Promise()
    assert [promise.accepts(status) for status in (200, 204, 301, 404, 500)] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert promise.hops == 5


def test_without_following_a_redirect_is_a_good_answer() -> None:
    promise = Promise(follow=0)
    assert promise.accepts(302)
    assert promise.hops == 0


def test_a_promised_redirect_is_not_followed() -> None:
    promise = Promise(redirect_to="https://shop.example.org/")
    assert promise.accepts(301)
    assert not promise.accepts(200)
    assert promise.hops == 0


@pytest.mark.parametrize(
    ("status", "accepted"),
    [(404, {404}), ("4xx", {404, 403}), ((200, "3xx"), {200, 301}), ([503], {503})],
)
def test_a_status_is_a_number_a_class_or_a_list_of_both(status: Any, accepted: set[int]) -> None:
    promise = TypeAdapter(Promise).validate_python({"status": status})
    assert {one for one in (200, 301, 403, 404, 503) if promise.accepts(one)} == accepted


def test_one_text_and_a_list_of_texts_are_the_same() -> None:
    assert Promise(contains="a").texts == Promise(contains=("a",)).texts == ("a",)
    assert Promise(not_contains="b").forbidden_texts == ("b",)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"status": 99}, "neither a number from 100 to 599"),
        ({"status": "2x"}, "nor a class like 2xx"),
        ({"contains": ""}, "empty text"),
        ({"not_contains": ("a", "")}, "empty text"),
        ({"method": "HEAD", "contains": "a"}, "use method GET"),
        ({"follow": 21}, "follow must be between 0 and 20"),
        ({"follow": -1}, "follow must be between 0 and 20"),
        ({"within_ms": 0}, "within_ms must be between"),
        ({"max_body_kb": 0}, "max_body_kb must be between"),
        ({"roots": ""}, "roots must be"),
        ({"has_headers": {"Set-Cookie": "a=b"}}, "never recorded"),
        ({"headers": {"Authorization": "Bearer abc"}}, "write env:NAME or file:PATH"),
        ({"headers": {"X-Api-Key": "abc"}}, "write env:NAME or file:PATH"),
        ({"headers": {"Host": "a"}}, "set by the request itself"),
        ({"headers": {"a b": "c"}}, "cannot be the name of a header"),
        ({"headers": {"X-A": "b\r\nX-C: d"}}, "printable ASCII"),
    ],
)
def test_a_promise_that_makes_no_sense_is_refused(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Promise(**settings)


def test_a_refused_secret_is_not_in_the_message() -> None:
    with pytest.raises(ValueError, match="carries a secret") as caught:
        Promise(headers={"Authorization": "Bearer hunter2"})
    assert "hunter2" not in str(caught.value)


def test_a_secret_is_named_by_where_it_is_kept() -> None:
    assert is_secret_source("env:SHOP_TOKEN")
    assert is_secret_source("file:/run/secrets/shop")
    assert not is_secret_source("Bearer env:SHOP_TOKEN")
    assert Promise(headers={"Authorization": "env:SHOP_TOKEN", "X-From": "twiceshy"}).headers
