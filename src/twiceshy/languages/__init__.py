"""How configuration is written: text in, values with file and line out; pure, and of no kind.

Several kinds read the same languages: `webserver`, `waf` and `ratelimit` all read nginx, and
`firewall` and `drift` both read rule sets. A language knows what the text means and nothing of
what anybody promised.
"""
