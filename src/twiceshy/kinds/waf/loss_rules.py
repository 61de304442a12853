"""The rules for what is taken away: is it agreed, harmless, or a hole?"""

from __future__ import annotations

from twiceshy.kinds.waf.facts import How, Lost, Promise
from twiceshy.kinds.waf.finding import Finding
from twiceshy.model.verdict import Evidence, Severity

_SHOWN = 5
_MANY = 20
_DOES = {
    How.REMOVED: "takes away",
    How.NARROWED: "blinds for a whole collection",
    How.SWITCHED: "switches the engine",
    How.ALLOWED: "lets requests past all rules",
    How.SKIPPED: "skips",
    How.UNREAD_BODY: "leaves bodies unread",
    How.SCORE: "sets",
}
_AT_LEAST = {
    "critical_anomaly_score": 5,
    "executing_paranoia_level": 1,
    "detection_paranoia_level": 1,
    "sampling_percentage": 100,
}


def judge_loss(promise: Promise, loss: Lost, where: str) -> Finding | None:
    """A finding when the loss is not agreed; None when it is, or does no harm."""
    if loss.by_rule is not None and loss.by_rule in promise.may_bypass:
        return None
    if loss.how in {How.REMOVED, How.NARROWED, How.SKIPPED}:
        return _rules(promise, loss, where)
    return _finding(loss, where, Severity.SERIOUS) if _harms(promise, loss) else None


def _harms(promise: Promise, loss: Lost) -> bool:
    match loss.how:
        case How.SCORE:
            return _worsens(promise, loss)
        case How.UNREAD_BODY:
            return promise.body_access
        case How.SWITCHED:
            return promise.enforces or loss.said.value != "detectiononly"
        case _:
            return True


def _rules(promise: Promise, loss: Lost, where: str) -> Finding | None:
    left = [one for one in loss.rules if not promise.lets_remove(*one)]
    if not left and not (loss.of_core_rules and not loss.rules and not _is_agreed(promise, loss)):
        return None
    numbers = [str(number) for number, _ in left]
    count = f"{len(left)} rule{'s' * (len(left) != 1)}"
    listed = ", ".join(numbers[:_SHOWN]) + (", ..." if len(numbers) > _SHOWN else "")
    what = f"{count} ({listed})" if left else "rules of the core rule set"
    serious = loss.takes_evaluation or len(left) >= _MANY or not left
    return _finding(loss, where, Severity.SERIOUS if serious else Severity.WARNING, what)


def _is_agreed(promise: Promise, loss: Lost) -> bool:
    """Whether rules that were not read are named exactly as they are agreed."""
    agreed = {str(item) for item in promise.may_remove}
    named = loss.said.text.replace("=", " ").replace(",", " ").split()[1:]
    return all(
        word.strip("\"'") in agreed or (word.isdigit() and promise.lets_remove(int(word[:12]), ()))
        for word in named
    )


def _worsens(promise: Promise, loss: Lost) -> bool:
    text = loss.said.value.strip()
    number = int(text[:12]) if text.isascii() and text.isdigit() else None
    most = {
        "inbound_anomaly_score_threshold": promise.threshold,
        "outbound_anomaly_score_threshold": promise.outbound_threshold,
    }
    least = {
        **_AT_LEAST,
        "paranoia_level": promise.paranoia,
        "blocking_paranoia_level": promise.paranoia,
    }
    if number is None:
        return loss.variable in {*most, *least}
    if loss.variable in most:
        return number > most[loss.variable]
    return loss.variable in least and number < least[loss.variable]


def _finding(loss: Lost, where: str, severity: Severity, what: str = "") -> Finding:
    whose = f"rule {loss.by_rule}: " if loss.by_rule is not None else ""
    which = f" for requests that fit {loss.condition}" if loss.condition else ""
    does = " ".join(part for part in (_DOES[loss.how], what) if part)
    found = f"{whose}{loss.said.text} {does}{which}"
    listed = "may_bypass" if loss.by_rule is not None and not what else "may_remove"
    return Finding(
        f"{found}, at {where} ({loss.said.place})",
        (Evidence(where, found, loss.said.place),),
        severity,
        next_step=f"Take {loss.said.place} back, or list what is agreed under `{listed}`.",
    )
