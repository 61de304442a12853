"""Phrases that mean something else than their words do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.guards.propose.subjects import Subject

_NOTICES = (
    (
        r"\b(?:reminder|provider|vendor|supplier|registrar|status|billing|abuse)s?(?:'s|')? "
        r"(?:(?:e-?)?mails?|messages?|notices?|notifications?|letters?)\b(?! (?:fail|when|if))"
    ),
    (
        r"\b(?:team|shared|group|common|role)(?:'s)? (?:mailbox|mail ?box|inbox|mail ?address|"
        r"mailing list|address)\b"
    ),
)
"""Messages that reach people, and where: what they carry is not the mail service."""

IDIOMS: Mapping[Subject, tuple[str, ...]] = MappingProxyType(
    {
        Subject.COMMUNICATION: _NOTICES,
        Subject.SECRETS: (
            (
                r"\b(?:rotat|chang|renew|replac|expir)\w* (?:of )?(?:the |all |our )*(?:\w+ ){0,2}?"
                r"(?:passwords?|credentials?|secrets?|tokens?|(?:api|ssh|access|signing) keys?)\b"
            ),
            r"\b(?:password|credential|secret|token|key)s? (?:rotation|renewal|expiry)\b",
        ),
        Subject.HARDWARE: (
            (
                r"\b(?:failed|failing|broken|faulty|defective|dead|dying|bad|worn) "
                r"(?:disk|hard drive|drive|module|memory|ram|dimm|fan)s?\b"
            ),
            r"\bdisks? (?:fail\w*|health|errors?|temperature|died)\b|\becc\b",
            r"\bsmart (?:status|data|values?)\b|\bbatch(?:es)? of disks?\b|\bmemory modules?\b",
            r"\btransceivers?\b",
        ),
        Subject.CONNECTIONS: (
            r"\b(?:nginx|apache|open|concurrent|active|websocket|http) connections\b",
        ),
        Subject.CAPACITY: (
            r"\b(?:number of|more|additional|extra) (?:\w+ )?(?:servers|instances|nodes|hosts)\b",
        ),
        Subject.WEB_SERVER: (
            r"\b(?:ssl|tls) (?:cipher|version|protocol)s?\b|\bciphers?\b|\btls 1\.\d\b",
        ),
        Subject.AVAILABILITY: (
            r"\bfrom (?:the )?outside(?: (?:of )?(?:our |the )?(?:own )?network)?\b",
        ),
    }
)
"""They win over all words of subjects; each string is a pattern on lower case text."""
