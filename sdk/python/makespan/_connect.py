"""HTTP requests of this package: to a checked address, without redirects or proxies, with responses of bounded size."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import urllib.parse

#: Bytes of an answer that are read.
LARGEST_ANSWER = 64 * 1024
#: Networks whose addresses carry an IPv4 address, which may be private: translation, 6to4, Teredo.
_CARRIERS = [ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]


class ConnectError(OSError):
    """The address is not allowed."""


def is_public(address):
    """Returns whether an IP address belongs to the public internet."""
    found = ipaddress.ip_address(address.split("%")[0])
    if found.version == 6:
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if any(found in network for network in _CARRIERS):
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_loopback or found.is_link_local
                                    or found.is_private or found.is_unspecified)


def connect(url, timeout, allow_private=True):
    """Returns a connection of ``http.client`` and the path to request. Raises :class:`ConnectError` if the name resolves to
    an address that is not public and private ones are not allowed; every address of the name is checked.
    """
    parts = urllib.parse.urlsplit(url)
    host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    if not host:
        raise ConnectError("%s names no host" % url.split("?")[0])
    if any(c <= " " or c == "\x7f" for c in url):
        raise ConnectError("the address contains spaces or control characters")
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not allow_private:
        for one in found:
            if not is_public(one[4][0]):
                raise ConnectError("%s is %s, which is not a public address. Pass allow_private=True if it is meant." % (host, one[4][0]))
    made = (_Https if parts.scheme == "https" else http.client.HTTPConnection)(host, port, timeout=timeout)
    # The addresses that were checked: a second look at the name might give others.
    made._create_connection = lambda _, timeout, source=None: _to_one_of(found, timeout)
    path = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    return made, path


class _Https(http.client.HTTPSConnection):
    def __init__(self, host, port, timeout):
        super().__init__(host, port, timeout=timeout, context=ssl.create_default_context())


def _to_one_of(found, timeout):
    error = None
    for family, kind, protocol, _, address in found[:4]:
        made = socket.socket(family, kind, protocol)
        try:
            made.settimeout(timeout)
            made.connect(address)
            return made
        except OSError as one:
            made.close()
            error = one
    raise error or OSError("the name has no address")


def post(url, body, headers, timeout, allow_private=True):
    """Posts a body and returns the status of the response. Raises ``OSError`` if there is no response."""
    return exchange(url, body, headers, timeout, allow_private)[0]


def exchange(url, body, headers, timeout, allow_private=True):
    """Posts a body, or sends GET if it is ``None``, and returns status, headers and the beginning of the response."""
    made, path = connect(url, timeout, allow_private)
    try:
        made.request("GET" if body is None else "POST", path, body, headers)
        answer = made.getresponse()
        return answer.status, answer.headers, answer.read(LARGEST_ANSWER)
    except http.client.HTTPException as error:
        raise OSError("the answer is not valid HTTP: %s" % type(error).__name__) from None
    finally:
        made.close()
