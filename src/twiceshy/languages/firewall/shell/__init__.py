"""Shell scripts as far as scripts of packet filter commands go: plain commands, one after another."""
