"""What each `-m` module asks of a packet, one file per kin of modules."""
