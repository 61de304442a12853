"""Proposed facts."""
