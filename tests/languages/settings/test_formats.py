"""Each format: the same connection comes out, with the line that says it."""

from __future__ import annotations

import pytest

from tests.languages.settings.conftest import Read, only
from twiceshy.languages.settings.connection import Kept
from twiceshy.languages.settings.formats import recognised

CASES = {
    "/srv/login/.env": (
        "# settings\nexport DATABASE_URL='postgresql://login@db-1:5433/auth'\n",
        2,
    ),
    "/srv/login/database.env": (
        'DB_HOST=db-1 # the primary\nDB_PORT="5433"\nDB_NAME=auth\nDB_USER=login\n',
        1,
    ),
    "/etc/default/login": ("PGHOST=db-1\nPGPORT=5433\nPGDATABASE=auth\nPGUSER=login\n", 1),
    "/srv/login/config.yaml": (
        "logging: {level: info}\ndatabase:\n  host: db-1\n  port: 5433\n  name: auth\n  user: login\n",
        3,
    ),
    "/srv/login/config/database.yml": (
        (
            "default: &default\n  adapter: postgresql\n  host: db-1\n  port: 5433\n"
            "production:\n  <<: *default\n  database: auth\n  username: login\n"
        ),
        3,
    ),
    "/srv/login/config.json": (
        '{"log": 1,\n "db": {"host": "db-1", "port": 5433,\n  "database": "auth", "user": "login"}}\n',
        2,
    ),
    "/srv/login/config.toml": (
        '[log]\nlevel = "info"\n\n[database]\nhost = "db-1"\nport = 5433\nname = "auth"\nuser = "login"\n',
        5,
    ),
    "/srv/login/alembic.ini": (
        "[alembic]\n# the one\nsqlalchemy.url = postgresql+psycopg://login@db-1:5433/auth\n",
        3,
    ),
    "/srv/login/application.properties": (
        "spring.datasource.url=jdbc:postgresql://db-1:5433/auth\nspring.datasource.username=login\n",
        1,
    ),
    "/srv/login/application.yml": (
        "spring:\n  datasource:\n    url: jdbc:postgresql://db-1:5433/auth\n    username: login\n",
        3,
    ),
    "/srv/login/settings.py": (
        (
            "import os\nDATABASES = {\n    'default': {\n        'ENGINE': 'django.db.backends.postgresql',\n"
            "        'HOST': 'db-1',\n        'PORT': '5433',\n        'NAME': 'auth',\n        'USER': 'login',\n    },\n}\n"
        ),
        5,
    ),
    "/srv/login/docker-compose.yml": (
        "services:\n  login:\n    environment:\n      - DATABASE_URL=postgresql://login@db-1:5433/auth\n",
        4,
    ),
    "/srv/login/compose.yaml": (
        (
            "services:\n  login:\n    environment:\n      DB_HOST: db-1\n      DB_PORT: '5433'\n"
            "      DB_NAME: auth\n      DB_USER: login\n"
        ),
        4,
    ),
}


@pytest.mark.parametrize("path", CASES)
def test_each_format_gives_the_same_connection(read: Read, path: str) -> None:
    text, line = CASES[path]
    found = only(read({path: text}))
    assert found.shown == "login@db-1:5433/auth"
    host = found.servers[0].host
    assert host is not None
    assert (host.place.file, host.place.line) == (path, line)
    lines = text.splitlines()
    assert lines[line - 1][host.place.column - 1 :].startswith("db-1")


@pytest.mark.parametrize("path", [path for path in CASES if path != "/etc/default/login"])
def test_a_review_recognises_each(path: str) -> None:
    assert recognised(path, CASES[path][0].encode())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/srv/login/config.yaml", "logging: {level: info}\n"),
        ("/etc/nginx/nginx.conf", "server { listen 80; }\n"),
        ("/srv/login/README.md", "DATABASE_URL=postgresql://db-1/auth\n"),
        ("/srv/login/app.py", "print('hello')\n"),
    ],
)
def test_a_review_leaves_other_files_alone(path: str, text: str) -> None:
    assert recognised(path, text.encode()) is None


def test_of_a_key_that_is_set_twice_the_last_counts(read: Read) -> None:
    text = "DATABASE_URL=postgresql://db-1/auth\nDATABASE_URL=postgresql://db-2/auth\n"
    assert only(read({"/srv/.env": text})).shown == "db-2:5432/auth"
    doubled = '{"db": {"url": "postgresql://db-1/auth", "url": "postgresql://db-2/auth"}}'
    assert only(read({"/srv/c.json": doubled})).shown == "db-2:5432/auth"


def test_parameters_beside_a_url_belong_to_it(read: Read) -> None:
    found = only(
        read(
            {
                "/srv/.env": "DATABASE_URL=postgresql://login@db-1/auth\nDB_POOL_SIZE=7\n"
                "PGSSLMODE=verify-full\nDATABASE_PASSWORD=geheim\n"
            }
        )
    )
    assert found.parameters["pool_size"].text == "7"
    assert found.parameters["sslmode"].text == "verify-full"
    assert found.password is not None
    assert found.password.place.line == 4


def test_libpqs_variables_mean_nothing_to_other_drivers(read: Read) -> None:
    text = "DATABASE_URL=jdbc:postgresql://db-1/auth\nPGSSLMODE=verify-full\n"
    assert "sslmode" not in only(read({"/srv/.env": text})).parameters


def test_several_databases_are_told_apart(read: Read) -> None:
    text = "".join(
        f"{name}_DB_HOST=db-{name.lower()}\n{name}_DB_NAME=x\n{name}_DB_USER=y\n"
        for name in ("AUTH", "REPORTS")
    )
    (scope,) = read({"/srv/.env": text}).scopes
    assert {
        one.name: one.servers[0].host and one.servers[0].host.text for one in scope.connections
    } == {
        "AUTH_DB_*": "db-auth",
        "REPORTS_DB_*": "db-reports",
    }


@pytest.mark.parametrize(
    "text",
    [
        "REDIS_HOST=cache-1\nREDIS_USER=x\n",
        "DB_CONNECTION=sqlite\nDB_HOST=x\nDB_DATABASE=/srv/x.db\n",
        "RABBITMQ_URL=amqp://user:password@queue-1/\n",
        "POSTGRES_USER=postgres\nPOSTGRES_PASSWORD=geheim\nPOSTGRES_DB=auth\n",
    ],
)
def test_what_is_no_connection_is_left_alone(read: Read, text: str) -> None:
    assert read({"/srv/.env": text}).scopes == ()


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("geheim", Kept.LITERAL),
        ("${DB_PASSWORD}", Kept.REFERENCE),
        ("env:DB_PASSWORD", Kept.REFERENCE),
        ("file:/run/secrets/db", Kept.REFERENCE),
        ("{{ vault_db_password }}", Kept.REFERENCE),
        ("<%= ENV['DB_PASSWORD'] %>", Kept.REFERENCE),
        ("vault:secret/data/db#password", Kept.REFERENCE),
        ("pa$word", Kept.LITERAL),
    ],
)
def test_a_password_is_told_from_a_reference(read: Read, value: str, kept: Kept) -> None:
    text = f"DB_HOST=db-1\nDB_USER=login\nDB_PASSWORD={value}\n"
    password = only(read({"/srv/.env": text})).password
    assert password is not None
    assert password.kept is kept


def test_what_nobody_can_send_is_a_flaw(read: Read) -> None:
    text = '{"db": {"host": "db-1", "user": "a\\u0000b", "name": "auth"}}'
    assert "nobody can send" in only(read({"/srv/c.json": text})).flaws[0].what


def test_nested_pools_and_options_are_found(read: Read) -> None:
    spring = (
        "spring.datasource.url=jdbc:postgresql://db-1/auth\n"
        "spring.datasource.hikari.maximum-pool-size=12\n"
        "spring.datasource.hikari.connection-timeout=3000\n"
    )
    parameters = only(read({"/srv/application.properties": spring})).parameters
    assert {key: value.text for key, value in parameters.items()} == {
        "pool_size": "12",
        "pool_timeout_ms": "3000",
    }
    django = (
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'auth',"
        " 'HOST': 'db-1', 'OPTIONS': {'sslmode': 'verify-full', 'connect_timeout': 3}}}\n"
    )
    parameters = only(read({"/srv/settings.py": django})).parameters
    assert parameters["sslmode"].text == "verify-full"
    assert parameters["connect_timeout"].text == "3"


def test_a_python_file_asks_for_variables(read: Read) -> None:
    text = (
        "import os\nDATABASES = {'default': dict(ENGINE='django.db.backends.postgresql',"
        " NAME=os.environ.get('DB_NAME', 'auth'), HOST=os.environ['DB_HOST'],"
        " USER=env('DB_USER'), PASSWORD=os.getenv('DB_PASSWORD'), PORT=choose())}\n"
    )
    found = only(
        read({"/srv/settings.py": text, "/srv/.env": "DB_HOST=db-1\n"}, "/srv/settings.py")
    )
    assert found.database is not None
    assert found.database.text == "auth"
    (server,) = found.servers
    assert server.host is not None
    assert (server.host.text, server.host.place.file) == ("db-1", "/srv/.env")
    assert server.port is not None
    assert not server.port.is_known
    assert found.role is not None
    assert found.role.missing == "DB_USER"


def test_a_service_file_fills_in_what_is_not_said(read: Read) -> None:
    files = {
        "/srv/.env": "DATABASE_DSN=service=login dbname=other\n",
        "/etc/pg_service.conf": "[login]\nhost=db-1\nport=5433\ndbname=auth\nuser=login\nsslmode=verify-full\n",
    }
    found = only(read(files))
    assert found.shown == "login@db-1:5433/other"
    assert found.parameters["sslmode"].place.file == "/etc/pg_service.conf"
    alone = read({"/srv/.env": files["/srv/.env"]}).scopes[0].connections[0]
    assert "service" in alone.flaws[0].what
