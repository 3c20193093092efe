"""Front's Core API: which call answers which question.

Its description leaves open, and no live account was asked: how the query object is spelled for a list of statuses
(`q[statuses][]`, as everybody writes it), whether a conversation whose ticket is resolved is always archived, and what
an archived conversation's place in the list is (see `Front.relists_every`).
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Unpack
from urllib.parse import quote

from pydantic import SecretStr, TypeAdapter

from iqs.conversations import Basis, Conversation, HelpdeskAgent
from iqs.errors import NotFound
from iqs.helpdesk.authorization import bearer
from iqs.helpdesk.base import Helpdesk, Moved, Page, Presence, Relisting, Roster
from iqs.helpdesk.calling import Calling, Manner
from iqs.helpdesk.front import edges, reading
from iqs.helpdesk.http import Client
from iqs.helpdesk.merging import is_another
from iqs.helpdesk.newest_first import is_past
from iqs.helpdesk.timings import first_response

BASE = "https://api2.frontapp.com"
LINK = "https://app.frontapp.com/open/{id}"
"""A conversation's page; Front's own links look like it, its documentation does not state it."""

PAGE_SIZE = 100

_PAGE = TypeAdapter(edges.ConversationPage)
_CONVERSATION = TypeAdapter(edges.Conversation)
_MESSAGES = TypeAdapter(edges.MessagePage)
_COMMENTS = TypeAdapter(edges.Comments)
_TEAMMATES = TypeAdapter(edges.Teammates)


class Front(Calling, Helpdesk, Presence, Roster, Relisting):
    """A company's shared inboxes in Front, by an API token.

    Its CSAT and its times are only in exports that are made on demand: there is no CSAT, and first response times
    are computed from the messages, so they are known once a conversation was fetched. There is no handle time.
    """

    source = reading.SOURCE

    relists_every = timedelta(days=1)
    """Front orders its list by what "bumps" a conversation, a setting of the company, and archiving is none of it.
    What was archived long after its last message stands too deep to be met, so the last month is read once a day."""

    def __init__(
        self,
        token: SecretStr,
        *,
        link: str = LINK,
        page_size: int = PAGE_SIZE,
        base: str | None = None,
        **manner: Unpack[Manner],
    ) -> None:
        self._link = link
        self._page_size = page_size
        self._client = Client(
            base or BASE,
            name="Front",
            setting="FRONT_TOKEN",
            hosts=("frontapp.com",),
            wait=reading.wait,
            authorize=lambda: bearer(token),
            **manner,
        )

    def list_closed(self, since: datetime, until: datetime, cursor: str | None = None) -> Page:
        """Archived conversations that last changed in [since, until); the newest first, until a page is older.

        One that changes while we read moves to the front of the list and is in the next window.
        """
        page = self._client.get(_PAGE, "/conversations", self._paged({"q[statuses][]": "archived"}, cursor))
        found = [each for each in page.results if each]
        headers = (reading.header_of(each, link=self._link) for each in found if reading.is_support(each))
        done = is_past((each.updated_at for each in found), since)
        return Page(
            tuple(each for each in headers if each.closed_at and since <= each.closed_at < until),
            None if done else page.pagination.token,
            unread=len(page.results) - len(found),
        )

    def fetch(self, external_id: str) -> Conversation:
        """A conversation with its messages and comments; three calls, one more for each hundred messages."""
        found, path = self._one(external_id), _path(external_id)
        pages = self._client.pages(partial(self._messages, path), lambda page: page.pagination.token)
        said = [each for page in pages for each in page.results if each]
        comments = self._client.get(_COMMENTS, f"{path}/comments").results
        messages = reading.messages_of(said, [each for each in comments if each])
        seconds = first_response(messages)
        return replace(
            reading.header_of(found, link=self._link, channel=reading.channel_of(said)),
            messages=messages,
            first_response_seconds=seconds,
            first_response_basis=None if seconds is None else Basis.COMPUTED,
        )

    def look_up(self, external_id: str) -> datetime | None:
        """When a conversation was opened."""
        return self._one(external_id).created_at

    def agents(self) -> tuple[HelpdeskAgent, ...]:
        """The teammates who are people and not blocked."""
        return reading.agents_of(self._client.get(_TEAMMATES, "/teammates").results)

    def _one(self, external_id: str) -> edges.Conversation:
        try:
            found = self._client.get(_CONVERSATION, _path(external_id))
        except Moved as error:
            if not is_another(error, external_id):
                raise
            raise NotFound("This conversation was merged into another one in Front.") from None
        if found.status == "deleted":
            raise NotFound("This conversation was deleted in Front.")
        return found

    def _messages(self, path: str, cursor: str | None) -> edges.MessagePage:
        """A page of the messages, newest first."""
        return self._client.get(_MESSAGES, f"{path}/messages", self._paged({}, cursor))

    def _paged(self, params: dict[str, str | int], cursor: str | None) -> dict[str, str | int]:
        return {**params, "limit": self._page_size, **({"page_token": cursor} if cursor else {})}


def _path(external_id: str) -> str:
    return f"/conversations/{quote(external_id, safe='')}"
