"""Live facts: sweeps over the estate."""
