"""Markdown to Report: read, lint, measure, write."""
