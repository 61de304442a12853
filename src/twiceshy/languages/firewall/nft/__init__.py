"""The native text of nftables: what `nft -f` takes and `nft list ruleset` prints."""
