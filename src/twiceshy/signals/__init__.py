"""Series and detectors."""
