"""TLS from the client's side: full handshakes, half handshakes, and what comes before them."""
