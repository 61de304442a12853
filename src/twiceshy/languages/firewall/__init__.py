"""Rule sets of packet filters: iptables-save, ip6tables-save, ipset and nft, read into one form."""
