"""Name resolution and listening ports."""
