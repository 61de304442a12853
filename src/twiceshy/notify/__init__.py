"""Messages, routes and channels."""
