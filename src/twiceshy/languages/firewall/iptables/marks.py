"""MARK and CONNMARK: what becomes of the packet's mark and the connection's."""

from __future__ import annotations

from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.iptables.matches.asked import About, Clause
from twiceshy.languages.firewall.iptables.numbers import number, value_and_mask
from twiceshy.languages.firewall.iptables.unreadable import refuse
from twiceshy.languages.firewall.iptables.words import told
from twiceshy.languages.firewall.ruleset import Effect, SetMark, UnmodelledEffect

_BITS = 32
_ALL = (1 << _BITS) - 1


def mark(_name: str, clauses: tuple[Clause, ...], _about: About) -> tuple[None, tuple[Effect, ...]]:
    """`-j MARK --set-xmark 0x1/0xff` and its kin."""
    if len(clauses) != 1:
        refuse("`-j MARK` takes one option")
    return None, (_set(clauses[0], of_connection=False),)


def connmark(
    name: str, clauses: tuple[Clause, ...], _about: About
) -> tuple[None, tuple[Effect, ...]]:
    """As MARK; `--save-mark` and `--restore-mark` make one mark depend on the other."""
    asked = {clause.option for clause in clauses}
    text = told(["-j", name, *(word for clause in clauses for word in clause.words)])
    if "--restore-mark" in asked:
        return None, (UnmodelledEffect(text, frozenset({Field.MARK})),)
    if asked & {"--save-mark", "--left-shift-mark", "--right-shift-mark"}:
        return None, (UnmodelledEffect(text, frozenset({Field.CT_MARK})),)
    if len(clauses) != 1:
        refuse("`-j CONNMARK` takes one of `--set-xmark`, `--save-mark` and `--restore-mark`")
    return None, (_set(clauses[0], of_connection=True),)


def _set(clause: Clause, *, of_connection: bool) -> SetMark:
    match clause.option:
        case "--set-xmark":
            value, mask = value_and_mask(clause.value, _BITS, "mark")
        case "--set-mark":
            value, mask = value_and_mask(clause.value, _BITS, "mark")
            mask |= value
        case "--and-mark":
            value, mask = 0, ~number(clause.value, _BITS, "mark") & _ALL
        case "--or-mark":
            value = mask = number(clause.value, _BITS, "mark")
        case "--xor-mark":
            value, mask = number(clause.value, _BITS, "mark"), 0
        case _:
            refuse(f"`{clause.option}` needs another option beside it")
    return SetMark(value, mask, of_connection)
