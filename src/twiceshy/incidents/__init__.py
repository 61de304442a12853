"""Turns, incidents and their timeline."""
