"""Gorgias' API: which call answers which question.

Taken from its documentation, without a live account: that the list of tickets is in the order asked for, that
`trashed=false` leaves out what is in the trash (it is passed over if not), and that a ticket changes when it is moved
there.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Unpack

from pydantic import SecretStr, TypeAdapter

from iqs.conversations import Basis, Conversation, HelpdeskAgent
from iqs.errors import NotFound
from iqs.helpdesk.authorization import basic
from iqs.helpdesk.base import Deletions, Helpdesk, Page, Presence, Roster, SurveyPage, Surveys
from iqs.helpdesk.calling import Calling, Manner
from iqs.helpdesk.directory import Directory
from iqs.helpdesk.gorgias import edges, reading
from iqs.helpdesk.http import Client
from iqs.helpdesk.newest_first import is_past
from iqs.helpdesk.timings import first_response

LINK = "https://{subdomain}.gorgias.com/app/ticket/{id}"
"""A ticket's page; Gorgias states it nowhere."""

PAGE_SIZE = 100

SOON = timedelta(days=3)
LATE = timedelta(days=30)
"""Surveys are listed by when they were made, not answered: those of the last three days are read each time, and
those of the last month with the window that a day of UTC begins in."""

_TICKETS = TypeAdapter(edges.TicketPage)
_TICKET = TypeAdapter(edges.Ticket)
_MESSAGES = TypeAdapter(edges.MessagePage)
_SURVEYS = TypeAdapter(edges.SurveyPage)
_USERS = TypeAdapter(edges.UserPage)


class Gorgias(Calling, Helpdesk, Presence, Surveys, Roster, Deletions):
    """An account of Gorgias, by the API key of the user with this e-mail address.

    First response times are computed from the messages, so they are known once a ticket was fetched; there is no
    handle time.
    """

    source = reading.SOURCE

    def __init__(
        self,
        subdomain: str,
        token: SecretStr,
        *,
        email: str,
        link: str = LINK,
        page_size: int = PAGE_SIZE,
        base: str | None = None,
        **manner: Unpack[Manner],
    ) -> None:
        self._link = link.replace("{subdomain}", subdomain)
        self._page_size = page_size
        self._client = Client(
            base or f"https://{subdomain}.gorgias.com",
            name="Gorgias",
            setting="GORGIAS_TOKEN",
            hosts=("gorgias.com",),
            wait=reading.wait,
            authorize=lambda: basic(email, token.get_secret_value()),
            **manner,
        )
        self._directory = Directory(lambda: {each.id: each for each in self._all_users()}, self._client.now)

    def list_closed(self, since: datetime, until: datetime, cursor: str | None = None) -> Page:
        """Tickets that changed since `since` and were closed before `until`; the newest change first.

        Gorgias has no "since": the list is read until a page is older. A ticket that changes while we read moves to
        the front of the list and is in the next window.
        """
        page, found, following = self._tickets(since, cursor, trashed=False)
        listed = [each for each in found if reading.is_support(each) and _changed(each, since)]
        users = self._directory.of(each.assignee_user.id for each in listed if each.assignee_user)
        headers = (reading.header_of(each, users, link=self._link) for each in listed)
        return Page(
            tuple(each for each in headers if each.closed_at and each.closed_at < until),
            following,
            unread=len(page.data) - len(found),
        )

    def fetch(self, external_id: str) -> Conversation:
        """A ticket with its messages; two calls, one more for each hundred messages."""
        ticket = self._one(external_id)
        pages = self._client.pages(partial(self._messages, external_id), lambda page: page.meta.next_cursor)
        said = [each for page in pages for each in page.data if each]
        senders = [each.sender.id for each in said if each.from_agent and each.sender]
        users = self._directory.of([*senders, ticket.assignee_user.id if ticket.assignee_user else None])
        messages = reading.messages_of(said, users)
        seconds = first_response(messages)
        return replace(
            reading.header_of(ticket, users, link=self._link),
            messages=messages,
            first_response_seconds=seconds,
            first_response_basis=None if seconds is None else Basis.COMPUTED,
        )

    def look_up(self, external_id: str) -> datetime | None:
        """When a ticket was opened."""
        return self._one(external_id).created_datetime

    def list_answers(self, since: datetime, until: datetime, cursor: str | None = None) -> SurveyPage:
        """Surveys that were answered, among those made in the last days (see `LATE`) before `since` or later."""
        made_since = since - (SOON if since.date() == until.date() else LATE)
        params = {"order_by": "created_datetime:desc"}
        page = self._client.get(_SURVEYS, "/api/satisfaction-surveys", self._paged(params, cursor))
        found = [each for each in page.data if each]
        done = is_past((each.created_datetime for each in found), made_since)
        return SurveyPage(reading.answers_of(found), None if done else page.meta.next_cursor)

    def agents(self) -> tuple[HelpdeskAgent, ...]:
        """The users who are people and can log in."""
        return reading.agents_of(self._all_users())

    def list_deleted(
        self, since: datetime, until: datetime, cursor: str | None = None
    ) -> tuple[tuple[str, ...], str | None]:
        """Tickets moved to the trash in [since, until)."""
        _, found, following = self._tickets(since, cursor, trashed=True)
        moved = ((each.id, each.trashed_datetime) for each in found)
        return tuple(ticket for ticket, at in moved if at and since <= at < until), following

    def _one(self, external_id: str) -> edges.Ticket:
        if not (external_id.isascii() and external_id.isdecimal()):
            raise NotFound("Gorgias knows its tickets by numbers only.")
        ticket = self._client.get(_TICKET, f"/api/tickets/{external_id}")
        if ticket.trashed_datetime is not None:
            raise NotFound("This ticket was deleted in Gorgias.")
        return ticket

    def _tickets(
        self, since: datetime, cursor: str | None, *, trashed: bool
    ) -> tuple[edges.TicketPage, list[edges.Ticket], str | None]:
        """A page, what of it makes sense, and the cursor of the next one; None where it would be before `since`."""
        params = {"order_by": "updated_datetime:desc", "trashed": str(trashed).lower()}
        page = self._client.get(_TICKETS, "/api/tickets", self._paged(params, cursor))
        found = [each for each in page.data if each]
        done = is_past((each.updated_datetime for each in found), since)
        return page, found, None if done else page.meta.next_cursor

    def _all_users(self) -> list[edges.User]:
        pages = self._client.pages(self._users, lambda page: page.meta.next_cursor)
        return [each for page in pages for each in page.data if each]

    def _users(self, cursor: str | None) -> edges.UserPage:
        return self._client.get(_USERS, "/api/users", self._paged({}, cursor))

    def _messages(self, ticket: str, cursor: str | None) -> edges.MessagePage:
        """A page of the messages, newest first."""
        return self._client.get(_MESSAGES, "/api/messages", self._paged({"ticket_id": ticket}, cursor))

    def _paged(self, params: dict[str, str], cursor: str | None) -> dict[str, str | int]:
        return {**params, "limit": self._page_size, **({"cursor": cursor} if cursor else {})}


def _changed(ticket: edges.Ticket, since: datetime) -> bool:
    """Whether it changed since then; one that does not say so did."""
    return ticket.updated_datetime is None or ticket.updated_datetime >= since
