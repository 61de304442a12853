"""The symbolic names of values that nft knows, as `nft describe` lists them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PROTOCOLS: Mapping[str, int] = MappingProxyType(
    {
        "ip": 0,
        "hopopt": 0,
        "icmp": 1,
        "igmp": 2,
        "ggp": 3,
        "ipencap": 4,
        "st": 5,
        "tcp": 6,
        "egp": 8,
        "igp": 9,
        "pup": 12,
        "udp": 17,
        "hmp": 20,
        "rdp": 27,
        "dccp": 33,
        "ipv6": 41,
        "ipv6-route": 43,
        "ipv6-frag": 44,
        "idrp": 45,
        "rsvp": 46,
        "gre": 47,
        "esp": 50,
        "ah": 51,
        "skip": 57,
        "ipv6-icmp": 58,
        "icmpv6": 58,
        "ipv6-nonxt": 59,
        "ipv6-opts": 60,
        "eigrp": 88,
        "ospf": 89,
        "ospfigp": 89,
        "ipip": 94,
        "etherip": 97,
        "encap": 98,
        "pim": 103,
        "ipcomp": 108,
        "comp": 108,
        "vrrp": 112,
        "l2tp": 115,
        "isis": 124,
        "sctp": 132,
        "fc": 133,
        "mobility-header": 135,
        "udplite": 136,
        "mpls-in-ip": 137,
        "hip": 139,
        "shim6": 140,
    }
)

SERVICES: Mapping[str, int] = MappingProxyType(
    {
        "echo": 7,
        "discard": 9,
        "daytime": 13,
        "ftp-data": 20,
        "ftp": 21,
        "ssh": 22,
        "telnet": 23,
        "smtp": 25,
        "mail": 25,
        "time": 37,
        "whois": 43,
        "tacacs": 49,
        "domain": 53,
        "bootps": 67,
        "bootpc": 68,
        "tftp": 69,
        "gopher": 70,
        "finger": 79,
        "http": 80,
        "www": 80,
        "kerberos": 88,
        "iso-tsap": 102,
        "pop3": 110,
        "pop-3": 110,
        "sunrpc": 111,
        "portmapper": 111,
        "auth": 113,
        "ident": 113,
        "nntp": 119,
        "ntp": 123,
        "epmap": 135,
        "netbios-ns": 137,
        "netbios-dgm": 138,
        "netbios-ssn": 139,
        "imap2": 143,
        "imap": 143,
        "snmp": 161,
        "snmp-trap": 162,
        "snmptrap": 162,
        "bgp": 179,
        "irc": 194,
        "imap3": 220,
        "ldap": 389,
        "https": 443,
        "microsoft-ds": 445,
        "kpasswd": 464,
        "submissions": 465,
        "ssmtp": 465,
        "smtps": 465,
        "urd": 465,
        "isakmp": 500,
        "exec": 512,
        "login": 513,
        "who": 513,
        "shell": 514,
        "syslog": 514,
        "printer": 515,
        "route": 520,
        "ripng": 521,
        "uucp": 540,
        "rtsp": 554,
        "nntps": 563,
        "submission": 587,
        "ipp": 631,
        "ldaps": 636,
        "ldp": 646,
        "kerberos-adm": 749,
        "domain-s": 853,
        "rsync": 873,
        "ftps-data": 989,
        "ftps": 990,
        "telnets": 992,
        "imaps": 993,
        "pop3s": 995,
        "socks": 1080,
        "openvpn": 1194,
        "ms-sql-s": 1433,
        "ms-sql-m": 1434,
        "l2f": 1701,
        "l2tp": 1701,
        "radius": 1812,
        "radius-acct": 1813,
        "nfs": 2049,
        "gsigatekeeper": 2119,
        "git": 9418,
        "iscsi-target": 3260,
        "mysql": 3306,
        "ms-wbt-server": 3389,
        "nut": 3493,
        "svn": 3690,
        "epmd": 4369,
        "ipsec-nat-t": 4500,
        "sip": 5060,
        "sip-tls": 5061,
        "xmpp-client": 5222,
        "xmpp-server": 5269,
        "cfengine": 5308,
        "mdns": 5353,
        "postgresql": 5432,
        "amqps": 5671,
        "amqp": 5672,
        "x11": 6000,
        "redis": 6379,
        "ircd": 6667,
        "ircs-u": 6697,
        "http-alt": 8080,
        "webcache": 8080,
        "puppet": 8140,
        "bacula-dir": 9101,
        "bacula-fd": 9102,
        "bacula-sd": 9103,
        "zabbix-agent": 10050,
        "zabbix-trapper": 10051,
        "webmin": 10000,
    }
)

ICMP_TYPES: Mapping[str, int] = MappingProxyType(
    {
        "echo-reply": 0,
        "destination-unreachable": 3,
        "source-quench": 4,
        "redirect": 5,
        "echo-request": 8,
        "router-advertisement": 9,
        "router-solicitation": 10,
        "time-exceeded": 11,
        "parameter-problem": 12,
        "timestamp-request": 13,
        "timestamp-reply": 14,
        "info-request": 15,
        "info-reply": 16,
        "address-mask-request": 17,
        "address-mask-reply": 18,
    }
)

ICMP_CODES: Mapping[str, int] = MappingProxyType(
    {
        "net-unreachable": 0,
        "host-unreachable": 1,
        "prot-unreachable": 2,
        "port-unreachable": 3,
        "frag-needed": 4,
        "net-prohibited": 9,
        "host-prohibited": 10,
        "admin-prohibited": 13,
    }
)

ICMPV6_TYPES: Mapping[str, int] = MappingProxyType(
    {
        "destination-unreachable": 1,
        "packet-too-big": 2,
        "time-exceeded": 3,
        "parameter-problem": 4,
        "echo-request": 128,
        "echo-reply": 129,
        "mld-listener-query": 130,
        "mld-listener-report": 131,
        "mld-listener-done": 132,
        "mld-listener-reduction": 132,
        "nd-router-solicit": 133,
        "nd-router-advert": 134,
        "nd-neighbor-solicit": 135,
        "nd-neighbor-advert": 136,
        "nd-redirect": 137,
        "router-renumbering": 138,
        "ind-neighbor-solicit": 141,
        "ind-neighbor-advert": 142,
        "mld2-listener-report": 143,
    }
)

ICMPV6_CODES: Mapping[str, int] = MappingProxyType(
    {
        "no-route": 0,
        "admin-prohibited": 1,
        "addr-unreachable": 3,
        "port-unreachable": 4,
        "policy-fail": 5,
        "reject-route": 6,
    }
)

ICMPX_CODES: Mapping[str, int] = MappingProxyType(
    {"no-route": 0, "port-unreachable": 1, "host-unreachable": 2, "admin-prohibited": 3}
)

TCP_FLAGS: Mapping[str, int] = MappingProxyType(
    {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32, "ecn": 64, "cwr": 128}
)

CT_STATES: Mapping[str, int] = MappingProxyType(
    {"invalid": 1, "established": 2, "related": 4, "new": 8, "untracked": 64}
)
"""Bits of the kernel's register, not values of `CtState`; exactly one is set at a time."""

CT_STATUSES: Mapping[str, int] = MappingProxyType(
    {
        "expected": 1,
        "seen-reply": 2,
        "assured": 4,
        "confirmed": 8,
        "snat": 16,
        "dnat": 32,
        "dying": 512,
    }
)

DSCP: Mapping[str, int] = MappingProxyType(
    {
        **{f"cs{number}": number << 3 for number in range(8)},
        **{f"af{one}{two}": (one << 3) + (two << 1) for one in range(1, 5) for two in range(1, 4)},
        "df": 0,
        "be": 0,
        "lephb": 1,
        "va": 0x2C,
        "ef": 0x2E,
    }
)

ETHER_TYPES: Mapping[str, int] = MappingProxyType(
    {"ip": 0x0800, "arp": 0x0806, "ip6": 0x86DD, "8021q": 0x8100, "vlan": 0x8100, "8021ad": 0x88A8}
)

ADDRESS_TYPES: Mapping[str, int] = MappingProxyType(
    {
        "unspec": 0,
        "unicast": 1,
        "local": 2,
        "broadcast": 3,
        "anycast": 4,
        "multicast": 5,
        "blackhole": 6,
        "unreachable": 7,
        "prohibit": 8,
    }
)

PACKET_TYPES: Mapping[str, int] = MappingProxyType(
    {"host": 0, "unicast": 0, "broadcast": 1, "multicast": 2, "other": 3}
)
