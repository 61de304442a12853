"""Console and API."""
