"""A request answers as it should, in time."""
