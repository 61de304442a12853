"""Staged facts."""
