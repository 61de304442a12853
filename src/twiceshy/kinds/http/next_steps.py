"""What to do about an answer that is not the promised one, in one sentence."""

from __future__ import annotations

from types import MappingProxyType

from twiceshy.kinds.http.facts import Failed, Failure, Phase

_AFTER_FAILURE = MappingProxyType(
    {
        Failure.REFUSED: "See on the host whether the web server runs and on which address it "
        "listens (`ss -ltnp`), then the firewall's reject rules.",
        Failure.RESET: "Look at the log of the web server, and at what stands before it.",
        Failure.CLOSED: "Look at the log of the web server: it ended the connection early.",
        Failure.HOST_UNREACHABLE: "Look at the route, the gateway and the firewall's reject rules.",
        Failure.NO_ROUTE: "Look from a host with a way to {address}, or promise "
        "`every_address: false`.",
        Failure.CANNOT_LOOK: "Mend what keeps this host from connecting, then look again.",
        Failure.PROTOCOL: "See which program answers on this port (`ss -ltnp`).",
        Failure.TOO_LARGE: "See which headers the server sends; no browser takes this many.",
        Failure.UNDECODABLE: "See what packs the body: application, web server or a proxy between.",
        Failure.TOO_MANY_REDIRECTS: "Follow the redirects by hand: the rules lead in a circle.",
        Failure.BAD_REDIRECT: "Correct the Location that the server sends.",
        Failure.REDIRECT_UNRESOLVED: "Correct the Location, or the records of the name in it.",
        Failure.REDIRECT_UNSEEN: "Check the name servers of this host.",
        Failure.TLS_EXPIRED: "Renew the certificate and reload the server.",
        Failure.TLS_NOT_YET_VALID: "Compare this host's clock with the certificate's dates.",
        Failure.TLS_UNTRUSTED: "Serve the full chain of a trusted CA, or name the CA in `roots`.",
        Failure.TLS_WRONG_NAME: "Serve a certificate that names this host.",
        Failure.TLS_INVALID: "Replace the certificate.",
        Failure.TLS_NOT_SPOKEN: "See which program answers on this port, and whether TLS is on.",
        Failure.TLS_ALERT: "See the server's TLS settings: versions, ciphers, client certificates.",
        Failure.TLS_FAILED: "See the server's TLS settings and its log.",
    }
)
_AFTER_TIME_OUT = MappingProxyType(
    {
        Phase.RESOLVE: "Check the name servers of this host.",
        Phase.CONNECT: "Look for a firewall that drops (compare with the same request from the "
        "host itself), then for a dead host or a wrong address.",
    }
)
_HUNG = "The server accepts and does not answer: look at its workers, and at what they wait for."
_FIRST_SERVER_ERROR = 500
_AFTER_STATUS = MappingProxyType(
    {
        401: "Check the credentials that the request carries.",
        403: "Look at the access rules and at the web application firewall's log.",
        404: "Check the path, and that the release with it is deployed.",
        429: "Look at who sends the requests, and at the limit.",
        502: "The proxy got no answer from the application: see whether it runs, and where.",
        503: "The proxy has no healthy backend: see its health checks and the backends.",
        504: "The application is too slow for the proxy: see what it waits for.",
    }
)


def after_failure(failed: Failed, address: str) -> str:
    """The next step after a request that brought no complete answer."""
    if failed.code is Failure.TIMED_OUT:
        return _AFTER_TIME_OUT.get(failed.phase, _HUNG)
    return _AFTER_FAILURE[failed.code].format(address=address)


def after_status(status: int) -> str:
    """The next step after an answer with the wrong status."""
    if status in _AFTER_STATUS:
        return _AFTER_STATUS[status]
    if status >= _FIRST_SERVER_ERROR:
        return "Look at the log of the application: it fails while it answers."
    return "Ask by hand and compare the answer with the promise."
