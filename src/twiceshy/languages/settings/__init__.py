"""How programs are told of their database: URLs, .env, YAML, JSON, TOML, INI, compose, pgbouncer."""
