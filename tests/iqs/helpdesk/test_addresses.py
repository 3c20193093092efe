"""A key goes to its helpdesk, and nowhere else."""

import pytest

from iqs.errors import Invalid
from iqs.helpdesk.addresses import checked


@pytest.mark.parametrize(
    "address",
    [
        "http://api.fine.example",
        "https://fine.example.evil.com",
        "https://evilfine.example",
        "https://fine.example:8443",
        "https://user@evil.com/fine.example",
        "ftp://127.0.0.1",
        "http://10.0.0.1",
        "https://evil.com\\.fine.example",
        "https://evil.com\\@fine.example",
        "https://me:s3cret@fine.example",
        "https://fine.example:99999",
        "https://[fine.example",
        "",
    ],
)
def test_addresses_of_others_are_refused(address):
    """Only https on the vendor's own hosts; plain http only on this machine."""
    with pytest.raises(Invalid, match=r"https:// on fine\.example"):
        checked(address, ("fine.example",), name="Fine")


@pytest.mark.parametrize(
    "address", ["https://fine.example/", "https://api.eu.fine.example", "http://127.0.0.1:1"]
)
def test_its_own_addresses_are_taken(address):
    """With the slash at the end taken off."""
    assert checked(address, ("fine.example",), name="Fine") == address.rstrip("/")
