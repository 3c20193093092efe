"""What was merged is purged; a redirect that says something else purges nothing."""

import pytest

from iqs.helpdesk.base import Moved
from iqs.helpdesk.merging import is_another

API = "https://api.example.com/v2/conversations"


@pytest.mark.parametrize(
    ("status", "location", "another"),
    [
        (301, f"{API}/8102", True),
        (308, f"{API}/8102/", True),
        (301, "/v2/conversations/8102", True),
        (302, f"{API}/8102", False),
        (301, "https://api.example.com/v3/conversations/8101", False),
        (301, "https://www.example.com/maintenance", False),
        (301, "https://login.example.com/conversations/", False),
        (301, "", False),
    ],
)
def test_only_a_redirect_for_good_to_another_conversation_merges(status, location, another):
    """A new address of the API, a login and a page for people lead to no other conversation."""
    assert is_another(Moved("Gone elsewhere.", status, location), "8101") is another
