"""Is the server verified, and does no password stand in the clear?"""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.kinds.database.facts import Instance, Promise, RootFile
from twiceshy.kinds.database.finding import Finding, broken, kept, unknown
from twiceshy.languages.settings.connection import Engine, Kept
from twiceshy.languages.settings.tls import Level
from twiceshy.model.verdict import Evidence, Severity

MEANS = {
    Level.OFF: "no TLS at all",
    Level.PERHAPS: "TLS only if the server offers it, and nobody is verified",
    Level.ENCRYPTED: "TLS with whoever answers: the server is not verified",
    Level.AUTHORITY: "TLS, certificate verified",
    Level.FULL: "TLS, certificate and name verified",
}
"""What people get."""
WANTED = {"verified": Level.AUTHORITY, "encrypted": Level.ENCRYPTED, "any": Level.OFF}


def check_tls(promise: Promise, instance: Instance) -> Iterator[Finding]:
    """Is TLS as promised? Sockets, and a pooler on the same host, need none."""
    wanted = WANTED[promise.tls]
    servers = instance.connection.servers
    if wanted is Level.OFF or instance.pooler is not None:
        return
    if servers and all(server.is_socket for server in servers):
        return
    tls = instance.tls
    if tls.missing:
        yield unknown(
            f"the TLS of {instance.label} is not known: {tls.missing} has no value here",
            instance.label,
            f"sslmode {tls.word}, and nothing seen here sets {tls.missing}",
            tls.place,
            f"Make the file that sets {tls.missing} part of what is looked at.",
        )
        return
    verifies = tls.level >= Level.AUTHORITY
    if (verifies or tls.better_with_root) and instance.root is RootFile.MISSING:
        yield _without_root(promise, instance, fails=verifies)
    elif tls.level >= wanted:
        yield kept(instance.label, f"{tls.word}: {MEANS[tls.level]}", tls.place)
    elif tls.better_with_root and instance.root is not RootFile.THERE:
        assert tls.root is not None, "only a named file can make it better"
        yield unknown(
            f"{instance.label} verifies the server only if {tls.root.text} exists,"
            " which is not part of what was handed in",
            instance.label,
            f"{tls.word} with sslrootcert={tls.root.text}",
            tls.place,
            "Write sslmode=verify-full, which does not hang on it.",
        )
    elif tls.better_with_root:
        yield kept(instance.label, f"{tls.word} with its root file: as verify-ca", tls.place)
    else:
        yield _too_little(promise, instance)


def _too_little(promise: Promise, instance: Instance) -> Finding:
    tls = instance.tls
    means = MEANS[tls.level]
    mysql = instance.connection.engine is Engine.MYSQL
    right = "VERIFY_IDENTITY" if mysql else "sslmode=verify-full"
    step = f"Set {right} and the file of the root certificate."
    return broken(
        Severity.SERIOUS,
        f"{instance.label} asks for {tls.word}: {means}",
        Evidence(instance.label, f"{tls.word}: {means}, promised {promise.tls}", tls.place),
        next_step=step if promise.tls == "verified" else "Set sslmode=require at least.",
    )


def _without_root(promise: Promise, instance: Instance, *, fails: bool) -> Finding:
    root = instance.tls.root
    assert root is not None, "it is missing, so it is named"
    if fails:
        return broken(
            Severity.CRITICAL,
            f"every connection of {instance.label} fails: the root certificate"
            f" {root.text} is missing",
            Evidence(instance.label, f"{instance.tls.word}, and no file {root.text}", root.place),
            next_step=f"Put the root certificate at {root.text}.",
        )
    means = f"{root.text} is missing, so that nobody is verified and nothing complains"
    if promise.tls == "encrypted":
        return kept(instance.label, f"{instance.tls.word}; {means}", root.place)
    return broken(
        Severity.SERIOUS,
        f"{instance.label} asks for {instance.tls.word} and {means}",
        Evidence(instance.label, f"{instance.tls.word}; {means}", root.place),
        next_step="Put the root certificate there and write sslmode=verify-full.",
    )


def check_password(promise: Promise, instance: Instance) -> Iterator[Finding]:
    """Does the password stand where everybody reads it?"""
    password = instance.connection.password
    if promise.passwords_in_clear or password is None:
        return
    if password.kept is Kept.REFERENCE:
        yield kept(instance.label, "the password is kept elsewhere", password.place)
        return
    if instance.password_hidden:
        yield kept(instance.label, "the password is in a file of few readers", password.place)
        return
    yield broken(
        Severity.WARNING,
        f"the password of {instance.label} stands in the clear",
        Evidence(instance.label, "a password in the clear: ***", password.place),
        next_step="Replace it by a reference (a variable, a secret file), change the password, and "
        "name files that nobody reviews in `secret_files`.",
    )
