"""Database URLs and keyword strings, as libpq and the other drivers take them apart."""

from __future__ import annotations

import pytest
from psycopg.conninfo import conninfo_to_dict

from twiceshy.languages.settings.connection import Connection, Driver, Engine, Kept
from twiceshy.languages.settings.keywords import read_keywords
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.languages.settings.tls import Level, tls_of
from twiceshy.languages.settings.url import read_url
from twiceshy.model.place import Place

START = Place("/srv/.env", 3, 1)


def url(text: str) -> Connection:
    found = read_url(Spelled(text, START), "DATABASE_URL")
    assert found is not None
    return found


def keywords(text: str) -> Connection:
    found = read_keywords(Spelled(text, START), "DSN")
    assert found is not None
    return found


LIBPQ_AGREES = [
    "postgresql://",
    "postgresql://db-1",
    "postgresql://db-1:5433",
    "postgresql://db-1/auth",
    "postgresql://login@db-1",
    "postgresql://login:geheim@db-1/auth",
    "postgresql://login:m8-Tulpe%3A%2F%40%25@db-1:5432/auth?sslmode=verify-full",
    "postgresql://login:a:b@db-1/auth",
    "postgresql://db-1:1,db-2:2/auth?target_session_attrs=read-write",
    "postgresql:///auth?host=db-1&port=5433",
    "postgresql://%2Fvar%2Frun%2Fpostgresql/auth",
    "postgresql://[2001:db8::1]:5432/auth",
    "postgresql://login@[::1],db-2/auth?connect_timeout=10",
    "postgresql://login@/auth?options=-c%20statement_timeout%3D5s",
    "host=db-1 port=5433 dbname=auth user=login",
    "host = db-1 port= 5433 dbname ='auth'",
    r"host=db-1 dbname='a b' password='it\'s \\ geheim'",
    r"host=db-1 password=it\'s\ geheim dbname=auth",
    "hostaddr=192.0.2.7 host=db-1 dbname=auth sslmode=verify-ca sslrootcert='/etc/db root.pem'",
    "dbname='' host=db-1",
]


@pytest.mark.parametrize("text", LIBPQ_AGREES)
def test_it_takes_a_string_apart_as_libpq_does(text: str) -> None:
    theirs = {key: value for key, value in conninfo_to_dict(text).items() if str(value).strip(",")}
    ours = url(text) if "://" in text else keywords(text)
    assert not ours.flaws
    found: dict[str, object] = {
        key: value.text for key, value in ours.parameters.items() if value.text and key != "ssl"
    }
    for name, value in (("dbname", ours.database), ("user", ours.role)):
        if value is not None and value.text:
            found[name] = value.text
    if ours.password is not None and ours.password.secret is not None:
        found["password"] = ours.password.secret.reveal()
    for name in ("host", "port", "address"):
        values = [getattr(one, name) for one in ours.servers]
        if any(value is not None and value.text for value in values):
            joined = ",".join(value.text if value is not None else "" for value in values)
            found["hostaddr" if name == "address" else name] = joined
    assert found == theirs


LIBPQ_REFUSES = [
    "postgresql://login:m8@Tulpe@db-1:abc/auth",
    "postgresql://login@db-1/auth?sslmode",
    "postgresql://login%zz@db-1/auth",
    "postgresql://login:50%@db-1/auth",
    "host=db-1 sslmod=require",
    "host=db-1 dbname",
    "host=db-1 password='never closed",
]


@pytest.mark.parametrize("text", LIBPQ_REFUSES)
def test_what_libpq_refuses_is_a_flaw(text: str) -> None:
    ours = url(text) if "://" in text else keywords(text)
    assert ours.flaws


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("postgresql://login:ge@heim@db-1/auth", "%40"),
        ("postgresql://login:ge/heim@db-1/auth", "%2F"),
        ("postgresql://login:g@e/heim@db-1/auth", "%40"),
        ("postgresql://login:50%@db-1/auth", "%25"),
        ("postgresql://login@db-1:0/auth", "no port"),
        ("postgresql://login@db-1:65536/auth", "no port"),
        ("postgresql://login@db-1/auth?sslmode=verifyfull", "none of"),
        ("postgresql://login@db-1/auth?sslmod=verify-full", "sslmode is probably meant"),
        ("postgresql://login@db-1/auth?sslmode=require&sslrootcert=system", "refused together"),
        ("mysql://login@db-1/auth?ssl-mode=VERIFY_FULLY", "none of"),
        ("host=a,b port=1,2,3 dbname=auth", "do not go with"),
        ("host=a,b hostaddr=192.0.2.1 dbname=auth", "do not go with"),
        ("host=db-1 nonsense=1 dbname=auth", "knows no parameter"),
    ],
)
def test_a_flaw_says_how_to_write_it_and_shows_no_secret(text: str, says: str) -> None:
    ours = url(text) if "://" in text else keywords(text)
    assert says in " ".join(flaw.what for flaw in ours.flaws)
    assert "heim" not in repr(ours) + ours.shown


def test_each_part_knows_its_place() -> None:
    text = "postgresql://login:geheim@db-1:5433/auth?sslmode=require"
    found = url(text)
    (server,) = found.servers
    assert server.host is not None
    assert server.port is not None
    assert found.role is not None
    assert found.database is not None
    assert found.password is not None
    columns = {
        "login": found.role.place.column,
        "geheim": found.password.place.column,
        "db-1": server.host.place.column,
        "5433": server.port.place.column,
        "auth?": found.database.place.column,
        "require": found.parameters["sslmode"].place.column,
    }
    assert columns == {word: text.index(word) + 1 for word in columns}


def test_a_secret_is_masked_wherever_it_is_shown() -> None:
    found = url("postgresql://login:geheim@db-1/auth")
    assert found.password is not None
    assert (str(found.password.secret), f"{found.password.secret}") == ("***", "***")
    assert "geheim" not in repr(found)
    assert found.without_secret().password == found.password.__class__(
        Kept.LITERAL, found.password.place
    )


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("postgresql://db-1/auth", Level.PERHAPS),
        ("postgresql://db-1/auth?sslmode=disable", Level.OFF),
        ("postgresql://db-1/auth?sslmode=allow", Level.PERHAPS),
        ("postgresql://db-1/auth?sslmode=require", Level.ENCRYPTED),
        ("postgresql://db-1/auth?sslmode=verify-ca", Level.AUTHORITY),
        ("postgresql://db-1/auth?sslmode=verify-full", Level.FULL),
        ("postgresql://db-1/auth?sslrootcert=system", Level.FULL),
        ("postgresql://db-1/auth?ssl=true", Level.ENCRYPTED),
        ("postgresql+asyncpg://db-1/auth?ssl=verify-full", Level.FULL),
        ("postgresql+asyncpg://db-1/auth?ssl=require", Level.ENCRYPTED),
        ("jdbc:postgresql://db-1/auth", Level.PERHAPS),
        ("jdbc:postgresql://db-1/auth?ssl=true", Level.FULL),
        ("jdbc:postgresql://db-1/auth?sslmode=require", Level.ENCRYPTED),
        (
            "jdbc:postgresql://db-1/auth?ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory",
            Level.ENCRYPTED,
        ),
        ("mysql://db-1/auth", Level.PERHAPS),
        ("mysql://db-1/auth?ssl-mode=REQUIRED", Level.ENCRYPTED),
        ("mysql://db-1/auth?sslMode=VERIFY_IDENTITY", Level.FULL),
        ("mysql+pymysql://db-1/auth?ssl_ca=/etc/db.pem", Level.AUTHORITY),
        ("jdbc:mysql://db-1/auth?useSSL=false", Level.OFF),
        ("jdbc:mariadb://db-1/auth?sslMode=verify-ca", Level.AUTHORITY),
    ],
)
def test_tls_means_what_it_means_to_each_driver(text: str, level: Level) -> None:
    assert tls_of(url(text)).level is level


def test_require_verifies_only_with_a_root_file() -> None:
    bare = tls_of(url("postgresql://db-1/auth?sslmode=require"))
    rooted = tls_of(url("postgresql://db-1/auth?sslmode=require&sslrootcert=/etc/db.pem"))
    assert (bare.better_with_root, rooted.better_with_root) == (False, True)


@pytest.mark.parametrize(
    ("text", "engine", "shown"),
    [
        (
            "jdbc:postgresql://db-1:5433/auth?user=login&password=geheim",
            Engine.POSTGRESQL,
            "login@db-1:5433/auth",
        ),
        ("jdbc:postgresql:auth", Engine.POSTGRESQL, "(default host)/auth"),
        ("jdbc:mysql:loadbalance://db-1,db-2/auth", Engine.MYSQL, "db-1:3306,db-2:3306/auth"),
        (
            "Host=db-1;Port=5433;Database=auth;Username=login;Password=geheim;SSL Mode=VerifyFull",
            Engine.POSTGRESQL,
            "login@db-1:5433/auth",
        ),
        ("login:ge:he@im@tcp(db-1:3306)/auth?tls=true", Engine.MYSQL, "login@db-1:3306/auth"),
        (
            "postgresql+psycopg://login@/auth?host=db-1:5433&host=db-2:5434",
            Engine.POSTGRESQL,
            "login@db-1:5433,db-2:5434/auth",
        ),
    ],
)
def test_other_drivers_strings_are_read_too(text: str, engine: Engine, shown: str) -> None:
    found = read_url(Spelled(text, START), "X") or keywords(text)
    assert (found.engine, found.shown) == (engine, shown)
    assert not found.flaws


@pytest.mark.parametrize(
    "text", ["", "http://db-1/", "redis://db-1", "mongodb://x", "a = b; c", "postgresql", "x@y"]
)
def test_other_texts_are_no_connections(text: str) -> None:
    assert read_url(Spelled(text, START), "X") is None
    assert read_keywords(Spelled(text, START), "X") is None


def test_the_driver_is_told_from_the_scheme() -> None:
    assert url("postgresql+asyncpg://db-1/auth").driver is Driver.ASYNCPG
    assert url("postgresql+psycopg2://db-1/auth").driver is Driver.LIBPQ
