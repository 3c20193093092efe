"""What Freshdesk sends, as far as we use it (developers.freshdesk.com/api, 2026); what makes no sense is None.

Its lists have no frame: a page is a bare list.
"""

from pydantic import Field

from iqs.helpdesk.edge import AnyId, Edge, Entries, Listed, Maybe, Moment


class Stats(Edge):
    """What Freshdesk noted of a ticket's course."""

    first_responded_at: Maybe[Moment] = None
    resolved_at: Maybe[Moment] = None
    closed_at: Maybe[Moment] = None
    reopened_at: Maybe[Moment] = None


class Contact(Edge):
    """A name and an address: a requester's, or an agent's own (`active` says that it was verified)."""

    id: Maybe[AnyId] = None
    name: Maybe[str] = None
    email: Maybe[str] = None
    active: Maybe[bool] = None


class Agent(Edge):
    """Somebody of the team."""

    id: AnyId
    contact: Maybe[Contact] = None


class File(Edge):
    """An attachment."""

    name: Maybe[str] = None


class Ticket(Edge):
    """A ticket, with its first message where it was asked for by itself."""

    id: AnyId
    status: int
    source: Maybe[int] = None
    subject: Maybe[str] = None
    description: Maybe[str] = None
    description_text: Maybe[str] = None
    requester_id: Maybe[AnyId] = None
    responder_id: Maybe[AnyId] = None
    requester: Maybe[Contact] = None
    stats: Maybe[Stats] = None
    tags: Listed[str] = Field(default_factory=list)
    attachments: Listed[Maybe[File]] = Field(default_factory=list)
    created_at: Maybe[Moment] = None
    updated_at: Maybe[Moment] = None
    spam: Maybe[bool] = None
    deleted: Maybe[bool] = None


class Reply(Edge):
    """A later message of a ticket; a `private` one is an internal note."""

    id: AnyId
    incoming: bool
    private: bool
    user_id: Maybe[AnyId] = None
    body: Maybe[str] = None
    body_text: Maybe[str] = None
    created_at: Maybe[Moment] = None
    automation_id: Maybe[AnyId] = None
    attachments: Listed[Maybe[File]] = Field(default_factory=list)


class Ratings(Edge):
    """Answers to a survey's questions, as codes; only the first question rates the support."""

    default_question: Maybe[int] = None


class Rating(Edge):
    """A customer's answer to a survey."""

    ticket_id: AnyId
    ratings: Ratings
    created_at: Maybe[Moment] = None


Tickets = Entries[Ticket]
Replies = Entries[Reply]
RatingList = Entries[Rating]
Agents = Entries[Agent]
