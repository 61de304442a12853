"""Rule sets as they grow over the years: networks, ports, chains, sets, connection states."""

from __future__ import annotations

import random
from dataclasses import dataclass

SEED = 20230810
PORTS = (22, 25, 53, 80, 110, 143, 443, 465, 587, 993, 3306, 5432, 8080)
_PREFIXES = (12, 16, 16, 20, 24, 24, 24, 28, 32, 32, 32, 32)
RULES_PER_CHAIN = 400
_SET = "blocked"


@dataclass(frozen=True)
class Flow:
    """What a guard of the bench promises."""

    source: str
    destination: str
    port: int
    passing: bool

    def __str__(self) -> str:
        return f"tcp/{self.port} through from {self.source} to {self.destination}"


def network(roll: random.Random, longest: int = 32) -> str:
    """Some network of the internet."""
    length = min(roll.choice(_PREFIXES), longest)
    value = roll.randrange(1 << 24, 224 << 24) >> (32 - length) << (32 - length)
    return f"{'.'.join(str(value >> shift & 255) for shift in (24, 16, 8, 0))}/{length}"


def iptables_save(rules: int) -> bytes:
    """The text of a firewall with about so many rules, and of the set that it asks."""
    roll = random.Random(SEED + rules)
    users = [f"zone-{number}" for number in range(max(2, rules // RULES_PER_CHAIN))]
    lines = [
        "*filter",
        ":INPUT DROP [0:0]",
        ":FORWARD DROP [0:0]",
        ":OUTPUT ACCEPT [0:0]",
        *(f":{user} - [0:0]" for user in users),
        "-A INPUT -i lo -j ACCEPT",
        "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A FORWARD -m conntrack --ctstate INVALID -j DROP",
        f"-A FORWARD -m set --match-set {_SET} src -j DROP",
        *(f"-A FORWARD -d {network(roll, 16)} -j {user}" for user in users),
    ]
    chains = ("INPUT", "FORWARD", "FORWARD", "FORWARD", *users)
    lines += [_rule(roll, roll.choice(chains)) for _ in range(rules - len(lines) + 4)]
    return ("\n".join([*lines, "COMMIT"]) + "\n").encode()


def ipset_save(rules: int) -> bytes:
    """The set that the rules ask."""
    roll = random.Random(SEED)
    nets = dict.fromkeys(network(roll) for _ in range(min(rules, 2_000)))
    lines = [f"create {_SET} hash:net family inet", *(f"add {_SET} {one}" for one in nets)]
    return ("\n".join(lines) + "\n").encode()


def flows(count: int) -> list[Flow]:
    """What guards ask of such a firewall: half have to pass, half must not."""
    roll = random.Random(SEED)
    return [
        Flow(network(roll, 24), network(roll), roll.choice(PORTS), passing=bool(number % 2))
        for number in range(count)
    ]


def _rule(roll: random.Random, chain: str) -> str:
    words = [f"-A {chain}"]
    if roll.random() < 0.75:
        words.append(f"-s {network(roll)}")
    if roll.random() < 0.75 or len(words) == 1:
        words.append(f"-d {network(roll)}")
    if roll.random() < 0.15:
        words.append(f"-i eth{roll.randrange(4)}")
    protocol = roll.choice(("tcp", "tcp", "tcp", "udp"))
    words.append(f"-p {protocol}")
    kind = roll.random()
    if kind < 0.6:
        words.append(f"-m {protocol} --dport {roll.choice(PORTS)}")
    elif kind < 0.75:
        low = roll.randrange(1024, 60000)
        words.append(f"-m {protocol} --dport {low}:{low + roll.randrange(1, 2000)}")
    elif kind < 0.9:
        ports = sorted({roll.choice(PORTS) for _ in range(4)})
        words.append(f"-m multiport --dports {','.join(map(str, ports))}")
    words.append(f"-j {roll.choice(('ACCEPT', 'ACCEPT', 'DROP', 'REJECT'))}")
    return " ".join(words)
