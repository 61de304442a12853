"""Names that stand for numbers: protocols, services, ICMP types, DSCP classes, tables and hooks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.languages.firewall.ruleset import ChainType, Hook

TCP, UDP, SCTP, DCCP, UDPLITE, ICMP, ICMP6 = 6, 17, 132, 33, 136, 1, 58

WITH_PORTS = frozenset({TCP, UDP, SCTP, DCCP, UDPLITE})
"""Protocols whose header begins with two ports."""

PROTOCOLS: Mapping[str, int] = MappingProxyType(
    {
        "all": 0, "ip": 0, "hopopt": 0, "icmp": 1, "igmp": 2, "ggp": 3, "ipencap": 4, "st": 5,
        "tcp": 6, "egp": 8, "igp": 9, "pup": 12, "udp": 17, "hmp": 20, "xns-idp": 22, "rdp": 27,
        "iso-tp4": 29, "dccp": 33, "xtp": 36, "ddp": 37, "idpr-cmtp": 38, "ipv6": 41,
        "ipv6-route": 43, "ipv6-frag": 44, "idrp": 45, "rsvp": 46, "gre": 47, "esp": 50, "ah": 51,
        "skip": 57, "ipv6-icmp": 58, "icmpv6": 58, "icmp6": 58, "ipv6-nonxt": 59, "ipv6-opts": 60,
        "rspf": 73, "vmtp": 81, "eigrp": 88, "ospf": 89, "ospfigp": 89, "ax.25": 93, "ipip": 94,
        "etherip": 97, "encap": 98, "pim": 103, "ipcomp": 108, "vrrp": 112, "l2tp": 115,
        "isis": 124, "sctp": 132, "fc": 133, "mobility-header": 135, "ipv6-mh": 135, "mh": 135,
        "udplite": 136, "mpls-in-ip": 137, "manet": 138, "hip": 139, "shim6": 140, "wesp": 141,
        "rohc": 142, "ethernet": 143,
    }
)  # fmt: skip
"""As /etc/protocols and iptables' own list name them."""

SERVICES: Mapping[str, int] = MappingProxyType(
    {
        "tcpmux": 1, "echo": 7, "discard": 9, "systat": 11, "daytime": 13, "netstat": 15,
        "chargen": 19, "ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "mail": 25,
        "time": 37, "whois": 43, "tacacs": 49, "domain": 53, "bootps": 67, "bootpc": 68,
        "tftp": 69, "gopher": 70, "finger": 79, "http": 80, "www": 80, "kerberos": 88,
        "kerberos5": 88, "kerberos-sec": 88, "pop2": 109, "pop-2": 109, "pop3": 110,
        "pop-3": 110, "sunrpc": 111, "portmapper": 111, "rpcbind": 111, "auth": 113,
        "ident": 113, "nntp": 119, "ntp": 123, "epmap": 135, "netbios-ns": 137,
        "netbios-dgm": 138, "netbios-ssn": 139, "imap2": 143, "imap": 143, "snmp": 161,
        "snmp-trap": 162, "snmptrap": 162, "bgp": 179, "irc": 194, "imap3": 220, "ldap": 389,
        "svrloc": 427, "https": 443, "microsoft-ds": 445, "kpasswd": 464, "submissions": 465,
        "ssmtp": 465, "smtps": 465, "urd": 465, "saft": 487, "isakmp": 500, "rtsp": 554,
        "nqs": 607, "asf-rmcp": 623, "ipp": 631, "ldaps": 636, "tinc": 655, "silc": 706,
        "kerberos-adm": 749, "domain-s": 853, "rsync": 873, "ftps-data": 989, "ftps": 990,
        "telnets": 992, "imaps": 993, "pop3s": 995, "socks": 1080, "proofd": 1093,
        "openvpn": 1194, "rmiregistry": 1099, "ms-sql-s": 1433, "ms-sql-m": 1434,
        "l2f": 1701, "l2tp": 1701, "radius": 1812, "radius-acct": 1813, "nfs": 2049,
        "gnunet": 2086, "zephyr-srv": 2102, "cvspserver": 2401, "mysql": 3306, "rdp": 3389,
        "ms-wbt-server": 3389, "nut": 3493, "svn": 3690, "subversion": 3690, "epmd": 4369,
        "ipsec-nat-t": 4500, "iax": 4569, "radmin-port": 4899, "sip": 5060, "sip-tls": 5061,
        "xmpp-client": 5222, "jabber-client": 5222, "xmpp-server": 5269, "jabber-server": 5269,
        "mdns": 5353, "postgresql": 5432, "postgres": 5432, "amqps": 5671, "amqp": 5672,
        "x11": 6000, "redis": 6379, "gnutella-svc": 6346, "ircd": 6667, "ircs-u": 6697,
        "bacula-dir": 9101, "bacula-fd": 9102, "bacula-sd": 9103, "http-alt": 8080,
        "webcache": 8080, "tproxy": 8081, "git": 9418, "zabbix-agent": 10050,
        "zabbix-trapper": 10051, "amanda": 10080, "webmin": 10000,
    }
)  # fmt: skip
"""As /etc/services of most systems name them, where TCP and UDP agree on the number."""

SERVICES_BY_PROTOCOL: Mapping[tuple[str, int], int] = MappingProxyType(
    {
        ("exec", TCP): 512, ("biff", UDP): 512, ("login", TCP): 513, ("who", UDP): 513,
        ("shell", TCP): 514, ("cmd", TCP): 514, ("syslog", UDP): 514, ("printer", TCP): 515,
        ("talk", UDP): 517, ("ntalk", UDP): 518, ("route", UDP): 520, ("uucp", TCP): 540,
        ("submission", TCP): 587, ("nntps", TCP): 563, ("syslog-tls", TCP): 6514,
    }
)  # fmt: skip

ICMP_TYPES: Mapping[str, tuple[int, int | None]] = MappingProxyType(
    {
        "echo-reply": (0, None), "pong": (0, None), "destination-unreachable": (3, None),
        "network-unreachable": (3, 0), "host-unreachable": (3, 1),
        "protocol-unreachable": (3, 2), "port-unreachable": (3, 3),
        "fragmentation-needed": (3, 4), "source-route-failed": (3, 5),
        "network-unknown": (3, 6), "host-unknown": (3, 7), "network-prohibited": (3, 9),
        "host-prohibited": (3, 10), "tos-network-unreachable": (3, 11),
        "tos-host-unreachable": (3, 12), "communication-prohibited": (3, 13),
        "host-precedence-violation": (3, 14), "precedence-cutoff": (3, 15),
        "source-quench": (4, None), "redirect": (5, None), "network-redirect": (5, 0),
        "host-redirect": (5, 1), "tos-network-redirect": (5, 2), "tos-host-redirect": (5, 3),
        "echo-request": (8, None), "ping": (8, None), "router-advertisement": (9, None),
        "router-solicitation": (10, None), "time-exceeded": (11, None),
        "ttl-exceeded": (11, None), "ttl-zero-during-transit": (11, 0),
        "ttl-zero-during-reassembly": (11, 1), "parameter-problem": (12, None),
        "ip-header-bad": (12, 0), "required-option-missing": (12, 1),
        "timestamp-request": (13, None), "timestamp-reply": (14, None),
        "address-mask-request": (17, None), "address-mask-reply": (18, None),
    }
)  # fmt: skip
"""Type and code (None: any) by the names of `iptables -p icmp -h`, in small letters."""

ICMP6_TYPES: Mapping[str, tuple[int, int | None]] = MappingProxyType(
    {
        "destination-unreachable": (1, None), "no-route": (1, 0),
        "communication-prohibited": (1, 1), "beyond-scope": (1, 2),
        "address-unreachable": (1, 3), "port-unreachable": (1, 4), "failed-policy": (1, 5),
        "reject-route": (1, 6), "packet-too-big": (2, None), "time-exceeded": (3, None),
        "ttl-exceeded": (3, None), "ttl-zero-during-transit": (3, 0),
        "ttl-zero-during-reassembly": (3, 1), "parameter-problem": (4, None),
        "bad-header": (4, 0), "unknown-header-type": (4, 1), "unknown-option": (4, 2),
        "echo-request": (128, None), "ping": (128, None), "echo-reply": (129, None),
        "pong": (129, None), "mld-listener-query": (130, None),
        "mld-listener-report": (131, None), "mld-listener-done": (132, None),
        "mld-listener-reduction": (132, None), "router-solicitation": (133, None),
        "router-advertisement": (134, None), "neighbour-solicitation": (135, None),
        "neighbor-solicitation": (135, None), "neighbour-advertisement": (136, None),
        "neighbor-advertisement": (136, None), "redirect": (137, None),
    }
)  # fmt: skip

DSCP_CLASSES: Mapping[str, int] = MappingProxyType(
    {
        "be": 0, "ef": 46, **{f"cs{n}": 8 * n for n in range(8)},
        **{f"af{x}{y}": 8 * x + 2 * y for x in range(1, 5) for y in range(1, 4)},
    }
)  # fmt: skip

BASE_CHAINS: Mapping[str, Mapping[str, tuple[Hook, int, ChainType]]] = MappingProxyType(
    {
        "raw": {
            "PREROUTING": (Hook.PREROUTING, -300, ChainType.FILTER),
            "OUTPUT": (Hook.OUTPUT, -300, ChainType.FILTER),
        },
        "mangle": {
            "PREROUTING": (Hook.PREROUTING, -150, ChainType.FILTER),
            "INPUT": (Hook.INPUT, -150, ChainType.FILTER),
            "FORWARD": (Hook.FORWARD, -150, ChainType.FILTER),
            "OUTPUT": (Hook.OUTPUT, -150, ChainType.ROUTE),
            "POSTROUTING": (Hook.POSTROUTING, -150, ChainType.FILTER),
        },
        "nat": {
            "PREROUTING": (Hook.PREROUTING, -100, ChainType.NAT),
            "INPUT": (Hook.INPUT, 100, ChainType.NAT),
            "OUTPUT": (Hook.OUTPUT, -100, ChainType.NAT),
            "POSTROUTING": (Hook.POSTROUTING, 100, ChainType.NAT),
        },
        "filter": {
            "INPUT": (Hook.INPUT, 0, ChainType.FILTER),
            "FORWARD": (Hook.FORWARD, 0, ChainType.FILTER),
            "OUTPUT": (Hook.OUTPUT, 0, ChainType.FILTER),
        },
        "security": {
            "INPUT": (Hook.INPUT, 50, ChainType.FILTER),
            "FORWARD": (Hook.FORWARD, 50, ChainType.FILTER),
            "OUTPUT": (Hook.OUTPUT, 50, ChainType.FILTER),
        },
    }
)
"""The built-in chains of each table: hook, priority (netfilter_ipv4.h) and type."""
