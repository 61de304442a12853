"""Whether words leave open what is to be looked at: "improve our monitoring" of what?"""

from __future__ import annotations

import re

from twiceshy.guards.propose.quantities import quantities

_SAYS_NOTHING = frozenset(
    re.split(
        r"\s+",
        "a abnormal abnormality about add adding additional adequate adopt advanced again "
        "alarm alarming alarms alert alerted alerting alerts all also always an and anomalies "
        "anomaly any app application applications are as at automate automated automatic "
        "automatically be before behavior behaviour best better breaks broken build by can "
        "capabilities capability catch cause causes check checking checks close closely "
        "cloudwatch component components comprehensive configure constant continuous "
        "continuously coverage create critical customer customers dashboard dashboards "
        "datadog degradation degradations deploy detect detecting detection detects develop "
        "down e.g each earlier earliest early effective engineer engineers enhance enhanced "
        "enhancing ensure environment error errors establish etc event events every expand "
        "extend extensive fail failing fails failure failures fast faster find first for from "
        "further future get good grafana happen happens have health help helps identified "
        "identify identifying if immediately impact implement implementation implementing "
        "important improve improved improvement improvements improving in incident incidents "
        "increase infrastructure insight insights install into introduce is issue issue's "
        "issues it its key know learn like log logging logs make mechanics mechanism "
        "mechanisms metric metrics monitor monitored monitoring monitors more most must "
        "nagios need needed needs new not notice noticed notices noticing notification "
        "notifications notified notify now observability observe occur of on on-call once "
        "operators opsgenie or other others our out outage outages over pagerduty pattern "
        "patterns performance periodic place platform possible potential proactive "
        "proactively problem problem's problems process processes production prometheus "
        "promptly proper properly provide put quick quicker quickly raise react real "
        "real-time realtime recur refine regular regularly relevant required resolve resolved "
        "resolving respond response review robust root same see seen sentry server servers "
        "service services set setup should similar so solution solutions soon sooner spot "
        "stack staff status strengthen such sufficient sure system systems team teams test "
        "than that the their them these they thing things this thorough those threshold "
        "thresholds through time timely to tool tooling tools track tracking unusual up "
        "update upgrade us use user users using validate validation various verify via "
        "visibility warn warning warnings watch watching we web when will with zabbix "
        "above below over under less more few fewer left remain remaining longer early before "
        "ahead "
        "advance outside inside",
    )
)
"""Words that come with any kind of monitoring."""


def is_open(text: str) -> bool:
    """Whether `text` (lower case) has no word that tells what is to be looked at."""
    for quantity in reversed(quantities(text)):
        text = f"{text[: quantity.start]} {text[quantity.end :]}"
    return all(word in _SAYS_NOTHING for word in re.findall(r"[a-z0-9][a-z0-9.'-]*", text))
