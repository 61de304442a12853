"""Twiceshy: postmortems in, guards that are checked for ever out."""

__version__ = "0.1.0"
