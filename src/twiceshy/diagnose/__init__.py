"""Causes, evidence and ranking."""
