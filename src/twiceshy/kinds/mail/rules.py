"""Does a message that is handed in come out, and is what it stands on in order?

What it promises:
    A message handed in at one end is in the mailbox at the other end within
    `arrives_within_minutes`. No message waits longer than `oldest_in_queue_minutes`. The domain's
    mail exchangers accept connections; its SPF, DKIM and DMARC records are valid and as strict as
    promised. main.cf and master.cf of Postfix are free of mistakes that its own check lets pass.

The outage behind it:
    A mail server went on taking messages with 250 while a firewall rule kept them from leaving:
    every check of the entrance was green, and mail piled up in the queue until users complained.
    And a value with one letter wrong in main.cf: `postfix check` said nothing, and all mail was
    deferred.

What it looks at:
    One message with a subject of its own, over SMTP in and IMAP, POP3 or a mailbox file out; it is
    deleted once found. When it has not come by the end of a look, the next look of the same
    process waits for that one instead of sending another.
    `postqueue -j` on each host. MX with a connection to each address; SPF with all its includes;
    DKIM keys; DMARC.
    Postfix: forms and types of values, names that Postfix does not know, TLS levels and what they
    need, tables and certificates that are missing or older than their text, networks that trust
    strangers, access lists that make an open relay or that smtpd refuses to run with, transports
    that master.cf does not have, submission without TLS or login, limits that contradict each
    other. Not judged: what tables hold, milters, other mail servers.
    It is critical when mail stops or anyone may relay, serious when some of it suffers, a warning
    for what others may take amiss.

When it cannot know:
    It is not said where to hand in, as whom, and where the message comes out; the message is still
    under way and the promised time has not passed; the mailbox, queue or DNS could not be asked;
    an access list hinges on a table. In a change that has not been applied only main.cf and
    master.cf are judged.

Example:
    - id: mail-end-to-end
      kind: mail
      target: mail
      promise:
        arrives_within_minutes: 5
        submit_credentials: env:PROBE_LOGIN
        recipient: probe@example.org
        arrives_at: mail.imap
        arrives_credentials: env:PROBE_LOGIN
        oldest_in_queue_minutes: 15
        domains: [example.org]
        spf: -all
      every: 5m
      because: mail-2024#a2
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from twiceshy.kinds.finding import Finding
from twiceshy.kinds.mail.delivery_rules import judge_delivery, judge_queue
from twiceshy.kinds.mail.dns_rules import judge_domain
from twiceshy.kinds.mail.facts import MailFact, Promise, Way
from twiceshy.kinds.mail.relay_rules import judge_relaying
from twiceshy.kinds.mail.service_rules import judge_together
from twiceshy.kinds.mail.tls_rules import judge_tls
from twiceshy.kinds.mail.value_rules import judge_values
from twiceshy.model.verdict import Broken, Evidence, Holds, Unknown, Verdict

MOST_EVIDENCE = 40


def judge(promise: Promise, fact: MailFact, now: datetime) -> Verdict:
    """Is mail as the promise says at `now` (aware, UTC)?"""
    findings = tuple(_findings(promise, fact, now))
    broken = sorted(
        (one for one in findings if one.severity is not None),
        key=lambda one: -one.severity.rank if one.severity else 0,
    )
    unknown = [one for one in findings if one.unknown and one.severity is None]
    left_out = [one for one in findings if one.left_out]
    kept = [one for one in findings if one.kept]
    evidence = _evidence((*broken, *unknown, *kept, *left_out))
    if broken:
        first = broken[0]
        assert first.severity is not None, "they were chosen by it"
        return Broken(first.severity, _in_short(broken), evidence, first.hurts_at, first.next_step)
    if unknown:
        step = unknown[0].next_step or "Hand in the file it names, or mend the line."
        return Unknown(_in_short(unknown), evidence, step)
    if not kept:
        return Unknown(
            "nothing that is promised was there to look at",
            evidence,
            "Promise a delivery, a queue or domains, or give the service hosts with Postfix.",
        )
    return Holds(_summary(promise, fact), evidence)


def _findings(promise: Promise, fact: MailFact, now: datetime) -> Iterator[Finding]:
    if fact.delivery is not None and promise.arrives_within_minutes is not None:
        yield from judge_delivery(promise, fact.delivery)
    if promise.oldest_in_queue_minutes is not None:
        yield from (judge_queue(promise, one, now) for one in fact.queues or ())
        if fact.queues == ():
            why = "there is no host whose queue could be looked at"
            step = "Give the service its `hosts`, or make a host the target."
            yield Finding(why, Evidence("queue", why), unknown=True, next_step=step)
    for domain in fact.domains or ():
        yield from judge_domain(promise, domain)
    if not promise.configuration:
        return
    for host, why in fact.not_read:
        what = f"Postfix on {host}"
        yield Finding(f"{what} could not be read: {why}", Evidence(what, why), unknown=True)
    for seen in fact.postfix:
        yield from judge_values(seen)
        if not seen.instance.is_whole:
            continue
        yield from judge_tls(seen)
        yield from judge_relaying(seen.instance)
        yield from judge_together(seen.instance)
        count = len(seen.instance.settings)
        what = seen.instance.main or seen.instance.master or seen.instance.folder
        yield Finding("", Evidence(what, f"{count} settings were read"))


def _in_short(findings: list[Finding]) -> str:
    more = len(findings) - 1
    return findings[0].why + (f" (and {more} more)" if more else "")


def _evidence(findings: Iterable[Finding]) -> tuple[Evidence, ...]:
    every = tuple(dict.fromkeys(one.evidence for one in findings))
    if len(every) <= MOST_EVIDENCE:
        return every
    rest = Evidence("and more", f"{len(every) - MOST_EVIDENCE} not listed here")
    return (*every[:MOST_EVIDENCE], rest)


def _summary(promise: Promise, fact: MailFact) -> str:
    parts = []
    if fact.delivery is not None and fact.delivery.way is Way.ARRIVED:
        parts.append(f"a message arrived after {fact.delivery.took_seconds or 0:.1f} s")
    if fact.queues and promise.oldest_in_queue_minutes is not None:
        waiting = sum(one.count for one in fact.queues)
        parts.append(f"{waiting} in the queue" if waiting else "the queue is empty")
    if fact.domains:
        parts.append(f"the records of {', '.join(one.domain for one in fact.domains)} are good")
    if fact.postfix and promise.configuration:
        parts.append("Postfix's configuration has no mistake that was looked for")
    return ", ".join(parts)
