"""What was merged into another conversation upstream, where a helpdesk says so by pointing to that one."""

from urllib.parse import urlsplit

from iqs.helpdesk.base import Moved

FOR_GOOD = frozenset({301, 308})


def is_another(moved: Moved, external_id: str) -> bool:
    """Whether a redirect for good leads from this conversation to another one.

    One to a login, to a page for people or to another address of the API deletes nothing.
    """
    before, _, last = urlsplit(moved.location).path.rstrip("/").rpartition("/")
    return moved.status in FOR_GOOD and before.endswith("/conversations") and last not in {"", external_id}
