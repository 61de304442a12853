"""The peer: prometheus-blackbox-exporter, asked for one probe after the other, exactly so many.

Each site has a module of its own, because the server name and the name to verify are the module's.
A probe counts as right when its answer says `probe_success 1`.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.cores import cpu_seconds, peak_mib, start
from bench.farm import Farm, Site, await_listener, free_port

PROGRAM = "prometheus-blackbox-exporter"


@dataclass(frozen=True)
class Driven:
    """What a number of checks cost."""

    checks: int
    wrong: int
    cpu_seconds: float
    wall_seconds: float
    peak_mib: float

    @property
    def cpu_microseconds(self) -> float:
        """Of one check."""
        return self.cpu_seconds / self.checks * 1e6

    @property
    def per_second(self) -> float:
        """Checks a second, end to end."""
        return self.checks / self.wall_seconds


@dataclass(frozen=True)
class Blackbox:
    """A running exporter."""

    pid: int
    port: int

    def drive(self, sites: Sequence[Site], checks: int, in_flight: int) -> Driven:
        """Have `checks` probes done, `in_flight` at a time."""
        before, began = cpu_seconds(self.pid), time.perf_counter()
        wrong = asyncio.run(_drive(self.port, sites, checks, in_flight))
        wall = time.perf_counter() - began
        cpu = cpu_seconds(self.pid) - before
        return Driven(checks, wrong, cpu, wall, peak_mib(self.pid))


def installed() -> str | None:
    """The program, if it is there."""
    return shutil.which(PROGRAM)


@contextmanager
def running_blackbox(folder: Path, farm: Farm, cores: frozenset[int]) -> Iterator[Blackbox]:
    """Start one with a module for every site, until the block ends."""
    program = installed()
    if program is None:
        raise FileNotFoundError(f"{PROGRAM} is not installed")
    modules = {
        site.name: {
            "prober": "tcp",
            "timeout": "20s",
            "tcp": {
                "tls": True,
                "tls_config": {"ca_file": str(farm.roots), "server_name": site.name},
            },
        }
        for group in farm.sites.values()
        for site in group
    }
    config = folder / "blackbox.yml"
    config.write_text(json.dumps({"modules": modules}))
    port = free_port()
    command = [program, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}"]
    with start(command, cores, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            await_listener("127.0.0.1", port)
            yield Blackbox(process.pid, port)
        finally:
            process.terminate()


@contextmanager
def peer_if_installed(folder: Path, farm: Farm, cores: frozenset[int]) -> Iterator[Blackbox | None]:
    """The same; None when it is not installed."""
    if installed() is None:
        yield None
        return
    with running_blackbox(folder, farm, cores) as peer:
        yield peer


async def _drive(port: int, sites: Sequence[Site], checks: int, in_flight: int) -> int:
    """How many of the probes did not succeed."""
    numbers = iter(range(checks))
    wrong = 0

    async def keep_asking() -> None:
        nonlocal wrong
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            site = sites[number % len(sites)]
            target = f"/probe?target={site.address}:{site.port}&module={site.name}"
            writer.write(f"GET {target} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
            body = await reader.readexactly(length)
            wrong += b"\nprobe_success 1\n" not in body
        writer.close()

    await asyncio.gather(*(keep_asking() for _ in range(in_flight)))
    return wrong
