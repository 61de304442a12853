"""The journal: append-only, with every view a query of it."""
