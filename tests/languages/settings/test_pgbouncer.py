"""pgbouncer.ini and postgresql.conf."""

from __future__ import annotations

from tests.languages.settings.conftest import Read

INI = """;; settings of the pooler
[databases]
auth = host=db-1 port=5433 dbname=authdb user=login password='it''s' pool_size=7
* = host=db-2
; auth = host=old
[pgbouncer]
listen_port = 6433
server_tls_sslmode = verify-full
max_client_conn = 50
"""


def test_its_databases_are_connections_with_its_tls(read: Read) -> None:
    (pooler,) = read({"/etc/pgbouncer/pgbouncer.ini": INI}).poolers
    auth, other = pooler.databases
    assert auth.connection.shown == "login@db-1:5433/authdb"
    assert auth.connection.parameters["sslmode"].place.line == 8
    assert auth.connection.parameters["pool_size"].text == "7"
    assert pooler.leads("auth") is auth
    assert pooler.leads("anything") is other
    assert pooler.number("max_client_conn") == 50
    assert pooler.number("default_pool_size") == 20


def test_a_misspelt_keyword_of_a_database_is_a_flaw(read: Read) -> None:
    (pooler,) = read({"/etc/pgbouncer.ini": "[databases]\nauth = hots=db-1\n"}).poolers
    assert "pgbouncer knows no parameter" in pooler.databases[0].connection.flaws[0].what


def test_an_included_file_is_read_or_missed(read: Read) -> None:
    text = "[databases]\n%include /etc/pgbouncer/databases.ini\n[pgbouncer]\n"
    files = {
        "/etc/pgbouncer/pgbouncer.ini": text,
        "/etc/pgbouncer/databases.ini": "auth = host=db-1\n",
    }
    settings = read(files, "/etc/pgbouncer/pgbouncer.ini")
    assert settings.poolers[0].databases[0].name == "auth"
    (trouble,) = read({"/etc/pgbouncer/pgbouncer.ini": text}).troubles
    assert (trouble.place.line, "handed in" in trouble.what) == (2, True)


def test_the_servers_last_word_counts(read: Read) -> None:
    files = {
        "/etc/postgresql/15/main/postgresql.conf": "max_connections = 100\t# (change requires restart)\n"
        "include_dir 'conf.d'\ninclude_if_exists = 'never.conf'\nMAX_CONNECTIONS 150\n",
        "/etc/postgresql/15/main/conf.d/more.conf": "superuser_reserved_connections = '5'\n",
        "/etc/postgresql/15/main/postgresql.auto.conf": "max_connections = '200'\n",
    }
    settings = read(files, "/etc/postgresql/15/main/postgresql.conf")
    (server,) = settings.servers
    assert not settings.troubles
    found = {name: value.text for name, value in server.settings.items()}
    assert found == {"max_connections": "200", "superuser_reserved_connections": "5"}
    assert server.settings["max_connections"].place.file.endswith("auto.conf")


def test_files_that_include_each_other_come_to_an_end(read: Read) -> None:
    files = {
        "/etc/postgresql.conf": "include 'other.conf'\n",
        "/etc/other.conf": "include 'postgresql.conf'\ninclude 'postgresql.conf'\n",
    }
    settings = read(files, "/etc/postgresql.conf")
    assert any("without end" in one.what for one in settings.troubles)
