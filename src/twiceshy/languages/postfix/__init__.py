"""Postfix's configuration: main.cf and master.cf to settings with places, as postconf(5) reads them.

- `lines`: physical lines to logical ones;
- `main_cf`, `master_cf`: settings, services and their `-o` overrides;
- `expand`: `$name`, `${name?value:other}`;
- `names`: every parameter Postfix knows, by the type of its value;
- `grammar`: what a value must look like;
- `restrictions`: lists such as `smtpd_relay_restrictions`, and whether they stop strangers;
- `instance`: both files together: what is in force, for all or for one service.

Nothing here raises for what a file says, and nothing takes longer than in proportion to it.
"""

from __future__ import annotations

from twiceshy.languages.postfix.instance import Instance, dialect_of, instances_of
from twiceshy.languages.postfix.master_cf import Service
from twiceshy.languages.postfix.setting import Problem, Setting, Word

__all__ = [
    "Instance",
    "Problem",
    "Service",
    "Setting",
    "Word",
    "dialect_of",
    "instances_of",
]
