"""Five reports, an estate with real servers on loopback, and the main job done on them."""
