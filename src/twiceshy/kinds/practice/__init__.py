"""Trained, rehearsed, documented, audited, reviewed: with the record to show for it."""
