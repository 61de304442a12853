"""Is certbot's own configuration sound? What it would skip, refuse, or do with the wrong authority."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from twiceshy.kinds.renewal.facts import ClientSeen
from twiceshy.kinds.renewal.finding import Finding, serious, untold, warning
from twiceshy.kinds.renewal.promise import Promise
from twiceshy.kinds.renewal.wording import instant, listed, shortened
from twiceshy.languages.certbot.installation import Installation
from twiceshy.languages.certbot.lineage import REQUIRED, Lineage
from twiceshy.model.verdict import Evidence

_SOME_LIFETIME = timedelta(days=90)


def conf_findings(
    promise: Promise, client: ClientSeen, installation: Installation
) -> Iterator[Finding]:
    """What is wrong with renewal/*.conf, cli.ini, and the set of both."""
    for path, why in client.not_kept:
        evidence = Evidence("renewal configuration", why, client.place(path))
        step = "Make it readable for the account that looks, or hand it in."
        yield untold("conf-unread", f"{client.shown(path)} could not be read", evidence, step)
    yield from _orphans(promise, client, installation)
    yield from _named(promise, client, installation)
    yield from _cli(client, installation)
    for lineage in wanted(promise, installation.lineages):
        if lineage.faults:
            yield from _faults(client, lineage)
        else:
            yield from _server(promise, client, lineage)
            yield from _paths(client, installation, lineage)
            yield from _settings(client, lineage)
            yield from _certificates(client, installation, lineage)


def wanted(promise: Promise, lineages: tuple[Lineage, ...]) -> tuple[Lineage, ...]:
    """Those the promise is about: all, or the ones it names."""
    if not promise.names:
        return lineages
    names = {name.lower() for name in promise.names}
    return tuple(one for one in lineages if one.name in names or names & set(one.names))


def _orphans(promise: Promise, client: ClientSeen, installation: Installation) -> Iterator[Finding]:
    for lineage in wanted(promise, installation.orphans):
        path = client.shown(lineage.path)
        certificate = lineage.live
        assert certificate is not None, "an orphan is a certificate"
        found = f"{path} is missing; the certificate ends {instant(certificate.not_after)}"
        evidence = Evidence(f"live/{lineage.name}", found, client.place(certificate.path))
        step = "Restore the file from a backup, or have the certificate issued again by certbot."
        known = client.is_whole or bool(installation.lineages)
        make = serious if known else untold
        why = f"nobody renews {lineage.name}: it has no renewal configuration"
        if not known:
            why = f"the renewal configuration of {lineage.name} was not handed in"
        yield make("conf-missing", why, evidence, step, lineage.name)


def _named(promise: Promise, client: ClientSeen, installation: Installation) -> Iterator[Finding]:
    """Names that the promise asks for and that no lineage covers."""
    everything = (*installation.lineages, *installation.orphans)
    known = {name for one in everything for name in (one.name, *one.names)}
    for name in promise.names:
        if name.lower() in known:
            continue
        folder = client.shown(f"{installation.folder}/renewal")
        evidence = Evidence(folder, f"no configuration for {name}")
        why = f"no renewal configuration covers {name}"
        step = f"Have certbot issue a certificate for {name}, or correct `names`."
        yield (serious if client.is_whole else untold)("name-missing", why, evidence, step, name)


def _cli(client: ClientSeen, installation: Installation) -> Iterator[Finding]:
    path = installation.cli_path
    for fault in installation.cli_faults:
        evidence = Evidence("cli.ini", fault.why, client.place(path, fault.line))
        yield serious("cli-broken", "certbot cannot read cli.ini", evidence, "Correct the line.")
    for key in ("staging", "test-cert", "dry-run"):
        setting = installation.cli.get(key)
        if setting is not None and setting.text.lower() == "true":
            evidence = Evidence("cli.ini", f"{key} = true", client.place(path, setting.line))
            why = f"every run of certbot is for testing only ({key} in cli.ini)"
            yield serious("cli-staging", why, evidence, "Remove the line.")
    server = installation.cli.get("server")
    if server is not None and "staging" in server.text:
        evidence = Evidence("cli.ini", f"server = {server.text}", client.place(path, server.line))
        yield serious(
            "cli-staging", "cli.ini names a staging authority", evidence, "Remove the line."
        )


def _faults(client: ClientSeen, lineage: Lineage) -> Iterator[Finding]:
    for fault in lineage.faults[:5]:
        evidence = Evidence(
            "renewal configuration", fault.why, client.place(lineage.path, fault.line)
        )
        why = f"certbot skips {lineage.name}, whose renewal configuration is broken: {fault.why}"
        step = "Correct the line; `certbot renew --dry-run` then lists the certificate again."
        if "%(" in fault.why:
            yield untold("conf-refers", why, evidence, step, lineage.name)
        else:
            yield serious("conf-broken", why, evidence, step, lineage.name)


def _server(promise: Promise, client: ClientSeen, lineage: Lineage) -> Iterator[Finding]:
    server = lineage.server
    evidence = Evidence(
        "authority", f"server = {server}", client.place(lineage.path, lineage.line_of("server"))
    )
    if promise.server is not None:
        if server.rstrip("/") != promise.server.rstrip("/"):
            why = f"{lineage.name} is renewed by {server}, promised {promise.server}"
            step = "Correct `server` in [renewalparams], or have it issued by the right authority."
            yield serious("server-wrong", why, evidence, step, lineage.name)
    elif "staging" in server:
        why = f"{lineage.name} is renewed by a staging authority, whose certificates nobody trusts"
        step = "Remove `server` from [renewalparams] and have the certificate issued again."
        yield serious("server-staging", why, evidence, step, lineage.name)
    yield from _account(client, lineage)


def _account(client: ClientSeen, lineage: Lineage) -> Iterator[Finding]:
    """The account the renewal signs with must be registered with the authority."""
    installation = client.installation
    if installation is None or not client.accounts_seen or not installation.accounts:
        return
    parts = urlsplit(lineage.server)
    folder = f"{parts.netloc}{parts.path}".rstrip("/")
    # Certbot takes an account of Let's Encrypt's older server for the newer one.
    is_known = folder in installation.accounts or (
        "letsencrypt.org" in folder
        and any("letsencrypt.org" in one for one in installation.accounts)
    )
    if is_known or not client.is_whole:
        return
    place = client.place(lineage.path, lineage.line_of("account"))
    evidence = Evidence("account", f"no account for {lineage.server} in accounts/", place)
    why = f"{lineage.name} has no account with its authority"
    step = f"Register again: certbot register --server {lineage.server}"
    yield serious("account-missing", why, evidence, step, lineage.name)


def _paths(client: ClientSeen, installation: Installation, lineage: Lineage) -> Iterator[Finding]:
    """The files the configuration names must be its own links in live/."""
    for key in REQUIRED:
        path = lineage.top[key].text
        setting = lineage.top[key]
        expected = f"{installation.folder}/live/{lineage.name}/{key}.pem"
        place = client.place(lineage.path, setting.line)
        if "/archive/" in path:
            evidence = Evidence(key, f"{key} = {path}", place)
            why = f"{lineage.name} names a file of archive/ as its {key}, where a link is needed"
            yield serious("path-archive", why, evidence, f"Write {expected}.", lineage.name)
        elif path != expected:
            evidence = Evidence(key, f"{key} = {path}, usually {expected}", place)
            why = f"{lineage.name} keeps its {key} in another place than its name says"
            step = "See that servers use this path; two lineages may have been mixed up."
            yield warning("path-odd", why, evidence, step, lineage.name)
        if client.live is not None and path in client.live.copies:
            evidence = Evidence(path, "a file and no symbolic link", place)
            why = f"certbot skips {lineage.name}: {path} is no symbolic link"
            step = "Restore the link to the newest file in archive/ (copying a folder loses links)."
            yield serious("path-copy", why, evidence, step, lineage.name)
    archive = lineage.top.get("archive_dir")
    if archive is not None and not archive.text.rstrip("/").endswith(f"/{lineage.name}"):
        place = client.place(lineage.path, archive.line)
        evidence = Evidence("archive_dir", f"archive_dir = {archive.text}", place)
        why = f"{lineage.name} keeps its archive under another name"
        step = "See that no other lineage uses the same archive."
        yield warning("path-odd", why, evidence, step, lineage.name)


def _settings(client: ClientSeen, lineage: Lineage) -> Iterator[Finding]:
    autorenew = lineage.params.get("autorenew")
    if autorenew is not None and autorenew.text.lower() == "false":
        place = client.place(lineage.path, autorenew.line)
        evidence = Evidence("autorenew", f"autorenew = {autorenew.text}", place)
        why = f"{lineage.name} is never renewed: autorenew is off"
        yield serious("autorenew-off", why, evidence, "Remove the line.", lineage.name)
    subset = lineage.params.get("allow_subset_of_names")
    if subset is not None and subset.text.lower() == "true":
        place = client.place(lineage.path, subset.line)
        evidence = Evidence("allow_subset_of_names", f"= {subset.text}", place)
        why = f"a renewal of {lineage.name} may silently lose names (allow_subset_of_names)"
        step = "Remove the line, and take names that are gone out of the certificate by hand."
        yield warning("names-may-go", why, evidence, step, lineage.name)
    before = lineage.top.get("renew_before_expiry")
    if before is not None and lineage.renews_before(_SOME_LIFETIME) is None:
        place = client.place(lineage.path, before.line)
        evidence = Evidence("renew_before_expiry", shortened(before.text), place)
        why = f"when {lineage.name} is due cannot be told: renew_before_expiry is not understood"
        step = "Write it as `30 days`."
        yield untold("due-unclear", why, evidence, step, lineage.name)


def _certificates(
    client: ClientSeen, installation: Installation, lineage: Lineage
) -> Iterator[Finding]:
    """What was issued last must be what servers are pointed at, for the same names as before."""
    live, archive = lineage.live, lineage.archive
    place = client.place(lineage.path, lineage.line_of("cert"))
    if live is None:
        if installation.is_live_seen and client.is_whole:
            evidence = Evidence(f"live/{lineage.name}", "there is no certificate", place)
            why = f"certbot skips {lineage.name}: its certificate is not in live/"
            step = "Restore live/ with its links, or have the certificate issued again."
            yield serious("live-missing", why, evidence, step, lineage.name)
        return
    if not archive:
        return
    newest = archive[-1]
    if newest.serial != live.serial:
        found = f"live has serial {live.serial:x}, {newest.path} {newest.serial:x}"
        evidence = Evidence(f"live/{lineage.name}", found, client.place(live.path))
        why = (
            f"live/{lineage.name} is not the newest certificate: it ends {instant(live.not_after)}, "
            f"the newest {instant(newest.not_after)}"
        )
        step = "Point the links in live/ to the newest files of archive/, and reload the servers."
        yield serious("live-old", why, evidence, step, lineage.name)
    if len(archive) > 1:
        lost = sorted(set(archive[-2].names) - set(newest.names))
        if lost:
            found = f"{newest.path} has {listed(newest.names)}; before, also {listed(lost)}"
            evidence = Evidence(f"names of {lineage.name}", found, client.place(newest.path))
            why = f"the last renewal of {lineage.name} lost {listed(lost)}"
            step = "If that was not meant, have it issued again for all names (--expand)."
            yield warning("names-lost", why, evidence, step, lineage.name)


def doubled(client: ClientSeen, lineages: tuple[Lineage, ...]) -> Iterator[Finding]:
    """Two lineages for the same names, as certbot's `-0001` makes them: servers use one of them."""
    by_names: dict[tuple[str, ...], list[Lineage]] = {}
    for one in lineages:
        if one.names and one.live is not None:
            by_names.setdefault(one.names, []).append(one)
    for group in by_names.values():
        ends = {one.name: one.live.not_after for one in group if one.live is not None}
        newest = max(group, key=lambda one: (ends[one.name], one.name))
        for use in client.uses:
            stale = next((one for one in group if one.name == use.lineage), None)
            if stale is None or ends[stale.name] >= ends[newest.name]:
                continue
            evidence = Evidence(
                f"{use.service or 'a server'} uses {use.file}",
                f"{newest.name} has the same names and lasts until {instant(ends[newest.name])}",
                client.place(use.path, use.line),
            )
            why = (
                f"{stale.name} and {newest.name} are for the same names, and the older one is used"
            )
            step = f"Point the server to live/{newest.name}, then `certbot delete` the other."
            yield warning("lineage-doubled", why, evidence, step, stale.name)


def used_without_renewal(
    promise: Promise, client: ClientSeen, installation: Installation
) -> Iterator[Finding]:
    """Files that servers use and that no renewal replaces: archive/ paths, unknown lineages."""
    known = {one.name for one in (*installation.lineages, *installation.orphans)}
    mine = {one.name for one in wanted(promise, installation.lineages)}
    for use in client.uses:
        if promise.names and use.lineage not in mine | set(promise.names):
            continue
        evidence = Evidence(
            f"configuration of {use.service or 'a server'}",
            use.file,
            client.place(use.path, use.line),
        )
        if "/archive/" in use.file:
            why = f"a server uses {use.file}, which no renewal ever replaces"
            step = f"Name the file in {installation.folder}/live/{use.lineage}/ instead."
            yield serious("use-archive", why, evidence, step, use.lineage)
        elif use.lineage not in known and (client.is_whole or installation.is_live_seen):
            why = f"a server uses {use.file}, which certbot does not renew"
            step = "Correct the path, or have certbot issue that certificate."
            yield serious("use-unknown", why, evidence, step, use.lineage)
