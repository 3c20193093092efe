"""What Front sends, as far as we use it (its Core API's OpenAPI description, 2026); what makes no sense is None.

Times are unix seconds with fractions.
"""

from urllib.parse import parse_qs, urlsplit

from pydantic import Field, model_validator

from iqs.helpdesk.edge import AnyId, Edge, Entries, Listed, Maybe, Moment


class Teammate(Edge):
    """Somebody of the team, or what acts in somebody's place: `type` is "user" for people."""

    id: Maybe[AnyId] = None
    type: Maybe[str] = None
    email: Maybe[str] = None
    first_name: Maybe[str] = None
    last_name: Maybe[str] = None
    is_blocked: Maybe[bool] = None


class Recipient(Edge):
    """A customer; `handle` is an address, a number or a name, as the channel has it."""

    name: Maybe[str] = None
    handle: Maybe[str] = None


class Tag(Edge):
    """A tag's word."""

    name: Maybe[str] = None


class Conversation(Edge):
    """A conversation without its messages; a discussion and a task are among colleagues."""

    id: AnyId
    status: str
    status_category: Maybe[str] = None
    type: Maybe[str] = None
    subject: Maybe[str] = None
    assignee: Maybe[Teammate] = None
    recipient: Maybe[Recipient] = None
    tags: Listed[Maybe[Tag]] = Field(default_factory=list)
    created_at: Maybe[Moment] = None
    updated_at: Maybe[Moment] = None
    is_private: Maybe[bool] = None


class Pagination(Edge):
    """The address of the next page, of which only the token is used: it may name any host."""

    next: str | None = None

    @model_validator(mode="after")
    def _has_a_token(self) -> "Pagination":
        if self.next and not self.token:
            raise ValueError("a next page without a token")
        return self

    @property
    def token(self) -> str | None:
        """What asks for the next page; None after the last one."""
        return next(iter(parse_qs(urlsplit(self.next or "").query).get("page_token", ())), None)


class ConversationPage(Edge):
    """A page of conversations, newest activity first."""

    results: Entries[Conversation] = Field(alias="_results")
    pagination: Pagination = Field(default=Pagination(), alias="_pagination")


class Metadata(Edge):
    """What Front adds to a file."""

    is_inline: Maybe[bool] = None


class Attachment(Edge):
    """A file; one that stands in the text is inline."""

    filename: Maybe[str] = None
    metadata: Maybe[Metadata] = None


class Message(Edge):
    """What was said to or by the customer; one with a `draft_mode` was not said yet."""

    id: AnyId
    type: Maybe[str] = None
    is_inbound: bool
    draft_mode: Maybe[str] = None
    created_at: Maybe[Moment] = None
    author: Maybe[Teammate] = None
    body: Maybe[str] = None
    text: Maybe[str] = None
    attachments: Listed[Maybe[Attachment]] = Field(default_factory=list)


class MessagePage(Edge):
    """A page of messages, newest first."""

    results: Entries[Message] = Field(alias="_results")
    pagination: Pagination = Field(default=Pagination(), alias="_pagination")


class Comment(Edge):
    """An internal note."""

    id: AnyId
    author: Maybe[Teammate] = None
    body: Maybe[str] = None
    posted_at: Maybe[Moment] = None
    attachments: Listed[Maybe[Attachment]] = Field(default_factory=list)


class Comments(Edge):
    """All comments of a conversation, newest first."""

    results: Entries[Comment] = Field(alias="_results")


class Teammates(Edge):
    """Everybody who can log in, and what acts like somebody."""

    results: Entries[Teammate] = Field(alias="_results")
