"""Only what was signed with our secret, lately, is believed."""

import base64
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from iqs.errors import NotAllowed
from iqs.helpdesk.signatures import check, fresh

SECRET = SecretStr("a shared secret")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAMED = {"name": "Larkdesk", "setting": "LARKDESK_SECRET"}


def signature(content, digest="sha256"):
    return base64.b64encode(hmac.digest(SECRET.get_secret_value().encode(), content, digest)).decode()


def test_the_right_signature_passes_in_every_dialect():
    """base64 or hex, sha1 or sha256, with or without a prefix."""
    check(SECRET, b"body", signature(b"body"), **NAMED)
    check(SECRET, b"body", signature(b"body", "sha1"), digest="sha1", **NAMED)
    in_hex = hmac.new(SECRET.get_secret_value().encode(), b"body", "sha1").hexdigest()
    check(SECRET, b"body", f"sha1={in_hex}", digest="sha1", encoding="hex", prefix="sha1=", **NAMED)


@pytest.mark.parametrize(
    "given", [None, "", "Zm9v", signature(b"other"), signature(b"body")[:-2], "ü" * 44, "\ud800", "\0"]
)
def test_any_other_signature_is_refused(given):
    """Missing, wrong, cut or garbage: refused with a sentence that names the setting and never the secret."""
    with pytest.raises(NotAllowed, match="LARKDESK_SECRET") as refused:
        check(SECRET, b"body", given, **NAMED)
    assert SECRET.get_secret_value() not in str(refused.value)


@pytest.mark.parametrize("secret", [None, SecretStr("")])
def test_without_a_secret_nothing_is_believed(secret):
    """An unset secret never means that everybody may call."""
    with pytest.raises(NotAllowed, match="not set"):
        check(secret, b"body", base64.b64encode(hmac.digest(b"", b"body", "sha256")).decode(), **NAMED)


def test_a_webhook_older_than_five_minutes_is_a_replay():
    """Five minutes either way pass; more, or no time at all, does not."""
    fresh(NOW - timedelta(minutes=5), NOW, name="Larkdesk")
    fresh(NOW + timedelta(minutes=5), NOW, name="Larkdesk")
    for moment in (None, NOW - timedelta(minutes=5, seconds=1), NOW + timedelta(minutes=6)):
        with pytest.raises(NotAllowed, match="too old"):
            fresh(moment, NOW, name="Larkdesk")
