"""Whether a webhook was sent by the helpdesk it claims to be from: a keyed hash over the raw bytes, and its age."""

import base64
import hmac
from datetime import datetime, timedelta
from typing import Literal

from pydantic import SecretStr

from iqs.errors import NotAllowed

MINUTES = 5
"""How old a signed webhook may be, and how far its clock may be ahead of ours."""


def check(
    secret: SecretStr | None,
    content: bytes,
    signature: str | None,
    *,
    name: str,
    setting: str,
    digest: Literal["sha1", "sha256"] = "sha256",
    encoding: Literal["base64", "hex"] = "base64",
    prefix: str = "",
) -> None:
    """Raises `NotAllowed` unless `signature` is the HMAC of `content` under `secret`; compared in constant time.

    `name` and `setting` stand in the sentence; `prefix` is what the vendor writes before the hash ("sha1=").
    """
    if secret is None or not secret.get_secret_value():
        raise NotAllowed(f"A webhook of {name} cannot be trusted while {setting} is not set.")
    hashed = hmac.digest(secret.get_secret_value().encode(), content, digest)
    text = base64.b64encode(hashed).decode() if encoding == "base64" else hashed.hex()
    # bytes, for compare_digest refuses text that is not ASCII
    if not hmac.compare_digest(
        (prefix + text).encode(), (signature or "").strip().encode("utf-8", "replace")
    ):
        raise NotAllowed(f"The signature of this webhook is not that of {name} with our {setting}.")


def fresh(moment: datetime | None, now: datetime, *, name: str) -> None:
    """Raises `NotAllowed` for a signed time that is missing or more than five minutes away: it may be a replay."""
    if moment is None or abs(now - moment) > timedelta(minutes=MINUTES):
        raise NotAllowed(f"This webhook of {name} is too old, or its clock is not ours.")
