"""iptables-save, ip6tables-save and scripts of iptables commands, read into one form of rules."""
