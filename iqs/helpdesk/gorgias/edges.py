"""What Gorgias sends, as far as we use it (developers.gorgias.com, 2026); what makes no sense is None.

Times carry no zone; they are read as UTC.
"""

from pydantic import Field

from iqs.helpdesk.edge import AnyId, Edge, Entries, Listed, Maybe, Moment


class Role(Edge):
    """What a user may do; a bot is one of the roles."""

    name: Maybe[str] = None


class User(Edge):
    """Somebody of the team; a ticket names its own with less."""

    id: AnyId
    name: Maybe[str] = None
    email: Maybe[str] = None
    active: Maybe[bool] = None
    role: Maybe[Role] = None


class Customer(Edge):
    """Who asked."""

    id: Maybe[AnyId] = None
    name: Maybe[str] = None
    email: Maybe[str] = None


class Tag(Edge):
    """A tag's word."""

    name: Maybe[str] = None


class Survey(Edge):
    """A survey; `score` is 1 to 5 once it was answered."""

    ticket_id: Maybe[AnyId] = None
    score: Maybe[int] = None
    created_datetime: Maybe[Moment] = None


class Ticket(Edge):
    """A ticket without its messages."""

    id: AnyId
    status: str
    channel: Maybe[str] = None
    subject: Maybe[str] = None
    language: Maybe[str] = None
    spam: Maybe[bool] = None
    assignee_user: Maybe[User] = None
    customer: Maybe[Customer] = None
    tags: Listed[Maybe[Tag]] = Field(default_factory=list)
    satisfaction_survey: Maybe[Survey] = None
    created_datetime: Maybe[Moment] = None
    updated_datetime: Maybe[Moment] = None
    closed_datetime: Maybe[Moment] = None
    trashed_datetime: Maybe[Moment] = None


class Meta(Edge):
    """Where a page stands."""

    next_cursor: str | None = None


class TicketPage(Edge):
    """A page of tickets."""

    data: Entries[Ticket]
    meta: Meta


class Sender(Edge):
    """Who wrote: a user or a customer."""

    id: Maybe[AnyId] = None


class Source(Edge):
    """How a message travelled."""

    type: Maybe[str] = None


class Attachment(Edge):
    """A file."""

    name: Maybe[str] = None


class Message(Edge):
    """What was said or noted; one that is not public is an internal note."""

    id: AnyId
    from_agent: bool
    public: Maybe[bool] = None
    channel: Maybe[str] = None
    source: Maybe[Source] = None
    rule_id: Maybe[AnyId] = None
    sender: Maybe[Sender] = None
    body_html: Maybe[str] = None
    body_text: Maybe[str] = None
    stripped_text: Maybe[str] = None
    attachments: Listed[Maybe[Attachment]] = Field(default_factory=list)
    created_datetime: Maybe[Moment] = None
    sent_datetime: Maybe[Moment] = None
    failed_datetime: Maybe[Moment] = None
    deleted_datetime: Maybe[Moment] = None


class MessagePage(Edge):
    """A page of messages, newest first."""

    data: Entries[Message]
    meta: Meta


class SurveyPage(Edge):
    """A page of surveys, the last created first."""

    data: Entries[Survey]
    meta: Meta


class UserPage(Edge):
    """A page of users."""

    data: Entries[User]
    meta: Meta
