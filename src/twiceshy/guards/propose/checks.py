"""The checks a machine makes: for each its kind, promise, cadence and the sentence that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from twiceshy.guards.propose.proposal import Setting
from twiceshy.model.ids import KindId


class Check(StrEnum):
    """The checks there are; the value is how ids end."""

    CERTIFICATE = "certificate-lasts"
    RENEWAL = "certificate-renews"
    FIREWALL = "firewall-lets-through"
    WAF = "waf-enforces"
    RATE_LIMIT = "rate-limited"
    DATABASE_SETTINGS = "database-settings-right"
    DATABASE_POOL = "database-connections-fit"
    DATABASE_QUERY = "database-answers-in-time"
    DATABASE = "database-reached"
    MAIL = "mail-arrives"
    LOGIN = "login-works"
    UPSTREAMS = "upstreams-checked"
    WEB_SERVER = "web-server-sound"
    RESOLVES = "names-resolve"
    LISTENS = "ports-answer"
    ANSWERS = "answers"
    IN_TIME = "answers-in-time"
    TRAFFIC = "traffic-watched"
    MAIL_TRAFFIC = "mail-traffic-watched"
    NETWORK = "network-watched"
    ERRORS = "errors-watched"
    DATABASE_LOAD = "database-load-watched"
    LOGIN_FAILURES = "login-failures-watched"
    DISK = "disk-watched"
    MEMORY = "memory-watched"
    CPU = "processor-watched"
    RESTARTS = "restarts-watched"
    CLOCK = "clock-watched"
    JOBS = "jobs-watched"
    NAMED = "watched"
    OPEN_FILES = "open-files-watched"
    DOMAIN = "domain-registration-watched"
    QUEUE = "queue-watched"
    BACKUP = "backups-watched"
    HARDWARE = "hardware-watched"
    POWER = "power-watched"
    THIRD_PARTY = "third-party-watched"
    DRIFT = "configuration-as-reviewed"
    FIREWALL_DRIFT = "firewall-rules-as-reviewed"
    NETWORK_DRIFT = "network-devices-as-reviewed"
    PERMISSIONS_DRIFT = "permissions-as-reviewed"


@dataclass(frozen=True, slots=True)
class Template:
    """What a check looks like as a guard; `{service}` stands for the target in why and promise."""

    kind: KindId
    every: str
    why: str
    promise: Mapping[str, Setting] = field(default_factory=lambda: MappingProxyType({}))
    advice: str | None = None


def _template(
    kind: str, every: str, why: str, advice: str | None = None, **promise: Setting
) -> Template:
    return Template(KindId(kind), every, why, MappingProxyType(promise), advice)


def _signal(series: str, *, why: str, advice: str | None = None, **promise: Setting) -> Template:
    settings: dict[str, Setting] = {"series": series, **promise}
    return Template(KindId("signal"), "1m", why, MappingProxyType(settings), advice)


_FLOWS = "Name each flow by protocol, port and other end, such as tcp/25."
_RUNS = "Name the files or the Ansible playbook that hold the reviewed state."
_SOURCE = "Say where the series comes from: a log, Prometheus, SQL or a webhook."

TEMPLATES: Mapping[Check, Template] = MappingProxyType(
    {
        Check.CERTIFICATE: _template(
            "certificate",
            "6h",
            "It looks at the certificate that every address of {service} really serves and raises the "
            "alarm {days} days before users would meet an expired one.",
            days=21,
        ),
        Check.RENEWAL: _template(
            "renewal",
            "1d",
            "It rehearses the renewal for {service} and looks at its timer and reload hook, so a renewal "
            "that is going to fail shows weeks before the certificate ends.",
            rehearsal="staging",
            timer="runs",
            reload_hook="reloads",
        ),
        Check.FIREWALL: _template(
            "firewall",
            "15m",
            "It works out from the rule set itself whether the flows {service} lives on still pass, and "
            "names a packet that does not.",
            _FLOWS,
            passes=("from {service} to anywhere", "from anywhere to {service}"),
            blocked=(),
        ),
        Check.WAF: _template(
            "waf",
            "1h",
            "It sends {service} a harmless attack that must be blocked and a benign request that must "
            "pass, so a firewall module that was switched off is noticed whatever switched it off.",
            enforces=True,
            attack_canary="blocked",
            benign_canary="passes",
        ),
        Check.RATE_LIMIT: _template(
            "ratelimit",
            "1h",
            "It makes sure that every public location of {service} is limited per client and as a whole, "
            "and that a burst is answered 429 instead of taking the server down.",
            per_client=True,
            whole_server=True,
            burst_answer=429,
        ),
        Check.DATABASE_SETTINGS: _template(
            "database",
            "5m",
            "It connects with the very settings {service} uses and checks that they reach the right "
            "database as the right role over verified TLS.",
            settings_reach="the right database",
            tls="verified",
            max_latency_ms=500,
        ),
        Check.DATABASE_POOL: _template(
            "database",
            "5m",
            "It compares the pools of {service} and the connections in use with what the database allows, "
            "so that they run out here before they run out for users.",
            pools_fit_max_connections=True,
            max_connections_in_use_percent=80,
        ),
        Check.DATABASE_QUERY: _template(
            "database",
            "5m",
            "It times what {service} asks of its database and looks for statements that wait or run too "
            "long.",
            max_latency_ms=500,
            longest_statement_seconds=30,
        ),
        Check.DATABASE: _template(
            "database",
            "5m",
            "It reaches the database behind {service} as the service does and reports a connection that "
            "fails or is slow.",
            reached=True,
            max_latency_ms=500,
        ),
        Check.MAIL: _template(
            "mail",
            "5m",
            "It hands {service} a message and waits for it to come out at the other end, which is what "
            "users lose when mail stops.",
            arrives_within_minutes=5,
            oldest_in_queue_minutes=15,
        ),
        Check.LOGIN: _template(
            "login",
            "5m",
            "It logs in to {service} as a user would, step by step, and reports a step that fails or takes "
            "too long.",
            "Name the steps, and a test account by env: or file:.",
            within_seconds=5,
        ),
        Check.UPSTREAMS: _template(
            "webserver",
            "15m",
            "It reads the balancer's configuration before {service}: every upstream has a health check, and "
            "what runs is what is on disk.",
            upstream_health_checks=True,
            running_is_on_disk=True,
        ),
        Check.WEB_SERVER: _template(
            "webserver",
            "15m",
            "It reads the web server's configuration of {service}: every public listener has sound TLS "
            "files, and what runs is what is on disk.",
            tls_files="sound",
            running_is_on_disk=True,
        ),
        Check.RESOLVES: _template(
            "host",
            "5m",
            "It resolves the names of {service} as its users do and connects to what they lead to, so a "
            "wrong or missing record shows at once.",
            "List the right addresses under `addresses:` to notice a record that points elsewhere.",
            families="any",
        ),
        Check.LISTENS: _template(
            "host",
            "5m",
            "A process that died no longer accepts connections: it connects to every port of {service}.",
            "Without `listens:` the ports are those of the service's endpoints.",
            families="any",
        ),
        Check.ANSWERS: _template(
            "http",
            "5m",
            "It asks {service} the way a user does and reports every answer that is not the right one.",
            status=200,
        ),
        Check.IN_TIME: _template(
            "http",
            "5m",
            "It times the answer of {service} as users wait for it and reports one that takes too long.",
            status=200,
            within_ms=2000,
        ),
        Check.TRAFFIC: _signal(
            "traffic of {service}",
            why="It learns what traffic is usual for {service} at this time of day and reports a spike, a drop or "
            "silence within minutes.",
            advice=_SOURCE,
            alert_on=("spike", "drop", "silence"),
        ),
        Check.MAIL_TRAFFIC: _signal(
            "messages and connections of {service}",
            why="It learns how much mail {service} usually moves at this hour and reports a drop or silence "
            "long before complaints come in.",
            advice=_SOURCE,
            alert_on=("spike", "drop", "silence"),
        ),
        Check.NETWORK: _signal(
            "network traffic and packet loss of {service}",
            why="It follows what goes over the network to and from {service} and reports a drop, loss or an "
            "unusual spike.",
            advice=_SOURCE,
            alert_on=("spike", "drop", "silence"),
        ),
        Check.ERRORS: _signal(
            "errors of {service}",
            why="It follows the errors that {service} logs or answers with and reports when they rise above what "
            "is usual.",
            advice=_SOURCE,
            alert_on=("spike",),
        ),
        Check.DATABASE_LOAD: _signal(
            "connections and load of the database behind {service}",
            why="It follows connections and load of the database behind {service} and reports what departs from "
            "its usual course.",
            advice=_SOURCE,
            alert_on=("spike", "drop"),
        ),
        Check.LOGIN_FAILURES: _signal(
            "failed logins of {service}",
            why="It follows how many logins to {service} fail and reports a rise that users have not yet "
            "complained about.",
            advice=_SOURCE,
            alert_on=("spike",),
        ),
        Check.DISK: _signal(
            "disk space and inodes used on the hosts of {service}, percent",
            why="It follows how full the disks of {service} get, inodes included, and reports while there is still "
            "room to act.",
            advice=_SOURCE,
            alert_above=85,
        ),
        Check.MEMORY: _signal(
            "memory used on the hosts of {service}, percent",
            why="It follows the memory that {service} uses and reports steady growth or a lack of it before "
            "anything is killed.",
            advice=_SOURCE,
            alert_above=85,
        ),
        Check.CPU: _signal(
            "processor use on the hosts of {service}, percent",
            why="It follows how busy the processors of {service} are and reports when they no longer keep up.",
            advice=_SOURCE,
            alert_above=85,
        ),
        Check.RESTARTS: _signal(
            "restarts and exits of the processes of {service}",
            why="It counts how often the processes of {service} end or start again, so one that keeps dying is "
            "noticed even if it comes back.",
            advice=_SOURCE,
            alert_on=("spike",),
        ),
        Check.OPEN_FILES: _signal(
            "open files of the processes of {service}, percent of their limit",
            why="It follows how many files and connections {service} holds open and reports before the limit turns "
            "requests away.",
            advice=_SOURCE,
            alert_above=80,
        ),
        Check.DOMAIN: _signal(
            "days until the domain registration of {service} ends",
            why="It counts the days until the registration of the domain of {service} ends and reports while there is "
            "time to renew it.",
            advice=_SOURCE,
            alert_below=30,
        ),
        Check.JOBS: _signal(
            "finished runs of the scheduled jobs of {service}",
            why="It counts the runs that the scheduled jobs of {service} finish and reports when one that was due did "
            "not come.",
            advice=_SOURCE,
            alert_on=("silence", "drop"),
        ),
        Check.NAMED: _signal(
            "{topic}",
            why="It follows what the action names, learns what is usual for it and reports what departs from that: "
            "{topic}.",
            advice=_SOURCE,
            alert_on=("spike", "drop", "silence"),
        ),
        Check.CLOCK: _signal(
            "clock offset on the hosts of {service}, seconds",
            why="It follows how far the clocks of {service} are off and reports before anything that compares "
            "times goes wrong.",
            advice=_SOURCE,
            alert_above=1,
        ),
        Check.QUEUE: _signal(
            "length and age of the queues of {service}",
            why="It follows how much waits in the queues of {service} and for how long, and reports when work "
            "piles up or nothing is taken out.",
            advice=_SOURCE,
            alert_on=("spike", "silence"),
        ),
        Check.BACKUP: _signal(
            "finished backups of {service}",
            why="It counts the finished backups of {service} and reports when one that was due did not come.",
            advice=_SOURCE,
            alert_on=("silence", "drop"),
        ),
        Check.HARDWARE: _signal(
            "hardware health of the hosts of {service}",
            why="It follows what the hardware under {service} reports of itself (disks, temperature, memory "
            "errors), which departs from the usual before a part fails.",
            advice=_SOURCE,
            alert_on=("spike",),
        ),
        Check.POWER: _signal(
            "power supply and battery charge for {service}",
            why="It follows the power supply and the charge left for {service} and reports a loss while the "
            "batteries still hold.",
            advice=_SOURCE,
            alert_on=("drop", "silence"),
        ),
        Check.THIRD_PARTY: _signal(
            "failed and slow calls of {service} to the third party",
            why="It follows how the calls of {service} to others end, so their outage is told from ours in "
            "minutes.",
            advice=_SOURCE,
            alert_on=("spike", "silence"),
        ),
        Check.DRIFT: _template(
            "drift",
            "1h",
            "It compares the configuration that runs on {service} with the one that was reviewed and reports "
            "every difference, whoever or whatever made it.",
            _RUNS,
            of="configuration of {service}",
            matches="reviewed",
        ),
        Check.FIREWALL_DRIFT: _template(
            "drift",
            "1h",
            "It compares the firewall rules that are loaded with those that were reviewed, so a rule that "
            "went around the review is found within the hour.",
            _RUNS,
            of="firewall rules around {service}",
            matches="reviewed",
        ),
        Check.NETWORK_DRIFT: _template(
            "drift",
            "1h",
            "It compares the configuration of firewalls, balancers and other network devices before "
            "{service} with the reviewed one and reports every difference.",
            _RUNS,
            of="network devices before {service}",
            matches="reviewed",
        ),
        Check.PERMISSIONS_DRIFT: _template(
            "drift",
            "1h",
            "It compares who may do what on {service} with what was reviewed and reports every right that "
            "was added since.",
            _RUNS,
            of="permissions on {service}",
            matches="reviewed",
        ),
    }
)
"""Every check as a guard."""
