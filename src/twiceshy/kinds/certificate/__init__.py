"""Every address behind the name serves a valid certificate that lasts."""
