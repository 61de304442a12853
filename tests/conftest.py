"""What all tests share: `need` (a program or a skip) and `farm` (TLS servers on loopback)."""

pytest_plugins = ["tests.farm.fixtures"]
