"""Runs in namespaces of its own: a copy of the host's network, a rule set loaded, flows tried.

    this namespace: the host, one veth for each interface ==== namespace `outside`: everybody else

Started by `rehearse.py` under `unshare` as `python -m twiceshy.changes.sandbox`, told what to do
as JSON on standard input, answers with JSON on standard output. Only the standard library is used,
and only `ip`, `nft`, `ipset` and the iptables tools are started, in a root folder that holds this
machine's programs and the host's configuration. All of it ends with this process.
"""
