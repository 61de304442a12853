"""Which module looks for which kind; imported only when a guard of that kind is checked."""

from __future__ import annotations

from types import MappingProxyType

from twiceshy.model.ids import KindId

PROBES = MappingProxyType(
    {
        KindId("certificate"): "twiceshy.probes.certificate",
        KindId("renewal"): "twiceshy.probes.renewal",
        KindId("firewall"): "twiceshy.probes.firewall",
        KindId("webserver"): "twiceshy.probes.webserver",
        KindId("waf"): "twiceshy.probes.waf",
        KindId("ratelimit"): "twiceshy.probes.ratelimit",
        KindId("database"): "twiceshy.probes.database",
        KindId("mail"): "twiceshy.probes.mail",
        KindId("http"): "twiceshy.probes.http",
        KindId("drift"): "twiceshy.probes.drift",
        KindId("host"): "twiceshy.probes.host",
    }
)
"""Kind id to the module whose `look(guard, estate, view)` sees its targets.

A practice has no probe: what is known of it are the attestations in the journal.
"""
