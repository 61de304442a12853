"""Action to guards, what is due, and the one judge."""
