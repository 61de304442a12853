"""These flows pass and those do not."""
