"""The built-in steps, and how they run."""
