"""What HubSpot sends, as far as we use it (its public API descriptions, 2026); what makes no sense is None."""

from pydantic import ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from iqs.helpdesk.edge import AnyId, Edge, Entries, Listed, Maybe, Moment


class Camel(Edge):
    """Names as HubSpot spells them."""

    model_config = ConfigDict(alias_generator=to_camel)


class Next(Camel):
    """Where the next page begins."""

    after: AnyId


class Paging(Camel):
    """Absent on the last page."""

    next: Next | None = None


class Paged(Camel):
    """Anything that comes in pages."""

    paging: Paging | None = None

    @property
    def after(self) -> str | None:
        """The cursor of the next page; None after the last one."""
        return self.paging.next.after if self.paging and self.paging.next else None


class Thread(Camel):
    """A conversation's header."""

    id: AnyId
    status: str
    archived: Maybe[bool] = None
    spam: Maybe[bool] = None
    assigned_to: Maybe[AnyId] = None
    associated_contact_id: Maybe[AnyId] = None
    original_channel_id: Maybe[AnyId] = None
    created_at: Maybe[Moment] = None
    closed_at: Maybe[Moment] = None
    latest_message_timestamp: Maybe[Moment] = None


class ThreadPage(Paged):
    """A page of threads."""

    results: Entries[Thread]


class Sender(Camel):
    """Who sent a message."""

    actor_id: Maybe[AnyId] = None


class File(Camel):
    """An attachment; of the other kinds only the name is missing."""

    type: Maybe[str] = None
    name: Maybe[str] = None


class Message(Camel):
    """A message, a comment, or something that happened to the thread."""

    id: AnyId
    type: str
    archived: Maybe[bool] = None
    created_at: Maybe[Moment] = None
    created_by: Maybe[AnyId] = None
    senders: Listed[Maybe[Sender]] = Field(default_factory=list)
    direction: Maybe[str] = None
    subject: Maybe[str] = None
    text: Maybe[str] = None
    rich_text: Maybe[str] = None
    truncation_status: Maybe[str] = None
    attachments: Listed[Maybe[File]] = Field(default_factory=list)
    new_status: Maybe[str] = None


class MessagePage(Paged):
    """A page of a thread's history."""

    results: Entries[Message]


class Whole(Camel):
    """The body of a message that was cut in the list."""

    text: Maybe[str] = None
    rich_text: Maybe[str] = None

    @model_validator(mode="after")
    def _says_something(self) -> "Whole":
        if not self.text and not self.rich_text:
            raise ValueError("neither text nor richText")
        return self


class Actor(Camel):
    """Somebody or something that takes part: AGENT, VISITOR, EMAIL, BOT, LLM, INTEGRATOR or SYSTEM."""

    id: AnyId
    type: Maybe[str] = None
    name: Maybe[str] = None
    email: Maybe[str] = None


class Actors(Camel):
    """What is known of the actors asked for."""

    results: Entries[Actor]


class Channel(Camel):
    """A kind of channel and its name."""

    id: AnyId
    name: str


class ChannelPage(Paged):
    """The kinds of channels."""

    results: Entries[Channel]


class Owner(Camel):
    """A user of the account."""

    user_id: AnyId
    email: Maybe[str] = None
    first_name: Maybe[str] = None
    last_name: Maybe[str] = None
    archived: Maybe[bool] = None


class OwnerPage(Paged):
    """A page of users."""

    results: Entries[Owner]


class Submission(Camel):
    """A survey's answer: its values by the names of their properties."""

    id: AnyId
    properties: dict[str, Maybe[AnyId]]


class SubmissionPage(Paged):
    """A page of answers found."""

    results: Entries[Submission]


class Hook(Camel):
    """One event of a webhook."""

    subscription_type: str
    object_id: AnyId
    object_type_id: Maybe[str] = None
    property_name: Maybe[str] = None
    property_value: Maybe[str] = None
