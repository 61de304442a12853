from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType

import pytest

from twiceshy.cli.only import chosen
from twiceshy.errors import WrongUsage
from twiceshy.model.estate import Endpoint, Estate, Service
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, HostId, KindId, ServiceId


def _guard(name: str, kind: str, target: str) -> Guard:
    return Guard(GuardId(name), KindId(kind), target, None, timedelta(hours=1))


MAIL = Service(
    ServiceId("mail"),
    endpoints=(Endpoint("smtp", "smtp://mail.example.org:25"),),
    hosts=(HostId("mail-1"),),
)
WIKI = Service(ServiceId("wiki"))
GUARDS = (
    _guard("a", "certificate", "mail"),
    _guard("b", "http", "web"),
    _guard("c", "host", "mail-1"),
    _guard("d", "certificate", "mail.smtp"),
    _guard("e", "certificate", "smtp://mail.example.org:25"),
    _guard("f", "certificate", "mailing-list"),
)
ESTATE = Estate(
    "twiceshy.yaml",
    services=MappingProxyType({MAIL.id: MAIL, WIKI.id: WIKI}),
    guards=MappingProxyType({guard.id: guard for guard in GUARDS}),
)


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ([], "abcdef"),
        (["b"], "b"),
        (["c", "a", "a"], "ac"),
        (["kind:certificate"], "adef"),
        (["service:mail"], "acde"),
        (["kind:http", "service:mail"], "abcde"),
    ],
)
def test_the_wishes_add_up_in_the_estates_order(wanted: list[str], ids: str) -> None:
    assert "".join(guard.id for guard in chosen(ESTATE, wanted)) == ids


@pytest.mark.parametrize(
    ("wish", "hint"),
    [
        ("kind:certificat", "did you mean kind:certificate?"),
        ("service:mial", "did you mean service:mail?"),
        ("kind:waf", "there are certificate, host, http"),
        ("certificate", "did you mean kind:certificate?"),
        ("mail", "did you mean service:mail?"),
        ("service:wiki", "no guard looks at wiki or a host it runs on"),
        ("zzz", "there are a, b, c, d, e, f"),
        ("owner:ops", "write ID, kind:KIND or service:SERVICE"),
    ],
)
def test_a_wish_that_matches_nothing_is_wrong_usage_and_says_what_there_is(
    wish: str, hint: str
) -> None:
    with pytest.raises(WrongUsage) as caught:
        chosen(ESTATE, [wish])
    assert caught.value.hint == hint
