"""The process under measurement: does checks as it is told on its standard input.

Run as `python -m bench.checker ROOTS`. Each line is a JSON job: which handshake, which sites, how
many checks, how many in flight; each answer is one JSON line with what they cost this process. A
check is what a guard's check is: a new connection, the chain with proof of its key, and the
verdict of the certificate kind; any other verdict than Holds counts as wrong.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from bench.cores import peak_mib
from bench.farm import Site
from twiceshy.kinds.certificate.facts import (
    CertificateFact,
    Failure,
    Look,
    NotServed,
    Promise,
    Served,
    TrustStore,
)
from twiceshy.kinds.certificate.rules import judge
from twiceshy.model.verdict import Holds
from twiceshy.probes.tls.full import full_handshake
from twiceshy.probes.tls.half import HalfSeen, half_handshake
from twiceshy.probes.tls.roots import trust_store
from twiceshy.watch.loop import run

TIMEOUT_SECONDS = 60.0
Handshake = Callable[[Site], Awaitable[Served | NotServed]]


@dataclass(frozen=True)
class Job:
    """What to do."""

    handshake: str
    """`full`, `half` (the newest version the server takes) or `half-1.2` (TLS 1.2 where taken)."""
    sites: list[Site]
    checks: int
    in_flight: int


async def _full(site: Site) -> Served | NotServed:
    return await full_handshake(
        site.address,
        site.port,
        scheme="tls",
        server_name=site.name,
        timeout_seconds=TIMEOUT_SECONDS,
    )


async def _half(site: Site, *, tls12_first: bool) -> Served | NotServed:
    seen = await half_handshake(
        site.address,
        site.port,
        server_name=site.name,
        timeout_seconds=TIMEOUT_SECONDS,
        versions="tls1.2-first" if tls12_first else "best",
    )
    if isinstance(seen, HalfSeen):
        return Served(seen.chain_der, seen.tls_version, seen.stapled)
    return NotServed(Failure.NO_PROOF, seen.why)


HANDSHAKES: dict[str, Handshake] = {
    "full": _full,
    "half": partial(_half, tls12_first=False),
    "half-1.2": partial(_half, tls12_first=True),
}


async def check(site: Site, handshake: Handshake, promise: Promise, store: TrustStore) -> bool:
    """One check, from nothing to its verdict; whether the promise holds."""
    seen = await handshake(site)
    look = Look(f"tls://{site.name}:{site.port}", site.name, site.address, seen)
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - the clock of the bench
    fact = CertificateFact(at=now, vantage="bench", looks=(look,), store=store)
    return isinstance(judge(promise, fact, now), Holds)


async def carry_out(job: Job, promise: Promise, store: TrustStore) -> dict[str, float]:
    """Do the checks of a job and say what they cost."""
    handshake = HANDSHAKES[job.handshake]
    numbers = iter(range(job.checks))
    wrong = 0

    async def keep_checking() -> None:
        nonlocal wrong
        for number in numbers:
            site = job.sites[number % len(job.sites)]
            wrong += not await check(site, handshake, promise, store)

    before, began = _own_cpu_seconds(), time.perf_counter()
    await asyncio.gather(*(keep_checking() for _ in range(job.in_flight)))
    return {
        "checks": job.checks,
        "wrong": wrong,
        "cpu_seconds": _own_cpu_seconds() - before,
        "wall_seconds": time.perf_counter() - began,
    }


def _own_cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Carry out jobs until the input ends."""
    gc.set_threshold(50_000, 50, 50)  # as the verb `check` does
    promise = Promise(days=21, roots=sys.argv[1])
    for line in sys.stdin:
        wanted = json.loads(line)
        wanted["sites"] = [Site(**site) for site in wanted["sites"]]
        store = trust_store(promise.roots, "")
        cost = run(carry_out(Job(**wanted), promise, store))
        print(json.dumps(cost | {"peak_mib": peak_mib("self")}), flush=True)


if __name__ == "__main__":
    main()
