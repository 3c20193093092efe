"""Where a key may be sent: a helpdesk's own hosts, by https, and this very machine."""

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from iqs.errors import Invalid

# No login, nothing to misread.
_HOST = re.compile(r"(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)


def checked(base: str, hosts: Collection[str], *, name: str) -> str:
    """The address without a slash at its end. Raises `Invalid` unless it is https:// on one of `hosts`."""
    parts = parts_of(base)
    if parts is not None and _HOST.fullmatch(parts.netloc):
        host = parts.hostname or ""
        ours = any(host == each or host.endswith("." + each) for each in hosts)
        if (parts.scheme == "https" and ours and parts.port in {None, 443}) or (
            parts.scheme in {"http", "https"} and is_loopback(host)
        ):
            return base.rstrip("/")
    raise Invalid(f"The address for {name} must be https:// on {' or '.join(sorted(hosts))}.")


def parts_of(address: str) -> SplitResult | None:
    """The parts of an address; None for what is none."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # it is read only now, and may be none
    except ValueError:
        return None
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
