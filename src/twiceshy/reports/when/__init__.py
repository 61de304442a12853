"""Days, clocks, zones and lengths of time as reports write them."""
