"""What Intercom sends, as far as we use it (OpenAPI description 2.15); what makes no sense is None.

Times are unix seconds.
"""

from pydantic import Field

from iqs.helpdesk.edge import AnyId, Edge, Entries, Listed, Maybe


class Reference(Edge):
    """Something by its id."""

    id: AnyId


class PartAuthor(Edge):
    """Who wrote."""

    type: str = ""
    id: Maybe[AnyId] = None
    name: Maybe[str] = None
    email: Maybe[str] = None
    from_ai_agent: Maybe[bool] = None
    is_ai_answer: Maybe[bool] = None


class Attachment(Edge):
    """A file."""

    name: Maybe[str] = None


class Source(Edge):
    """The first message."""

    type: Maybe[str] = None
    subject: Maybe[str] = None
    body: Maybe[str] = None
    author: Maybe[PartAuthor] = None
    attachments: Listed[Maybe[Attachment]] = Field(default_factory=list)
    redacted: Maybe[bool] = None


class Part(Edge):
    """A later message, or something that happened."""

    part_type: str
    body: Maybe[str] = None
    created_at: Maybe[int] = None
    author: Maybe[PartAuthor] = None
    attachments: Listed[Maybe[Attachment]] = Field(default_factory=list)
    redacted: Maybe[bool] = None


class Rating(Edge):
    """A survey's answer, one to five."""

    rating: Maybe[int] = None


class Statistics(Edge):
    """How long things took, in seconds."""

    time_to_admin_reply: Maybe[int] = None
    last_close_at: Maybe[int] = None
    handling_time: Maybe[int] = None
    adjusted_handling_time: Maybe[int] = None
    count_reopens: Maybe[int] = None
    count_conversation_parts: Maybe[int] = None


class Teammates(Edge):
    """Who of the team took part."""

    teammates: Listed[Maybe[Reference]] = Field(default_factory=list)


class Contacts(Edge):
    """The customers."""

    contacts: Listed[Maybe[Reference]] = Field(default_factory=list)


class Tag(Edge):
    """A tag."""

    name: str


class Tags(Edge):
    """The tags."""

    tags: Listed[Maybe[Tag]] = Field(default_factory=list)


class Parts(Edge):
    """The parts that are handed out."""

    conversation_parts: Listed[Maybe[Part]] = Field(default_factory=list)


class Conversation(Edge):
    """A conversation, in a list without its parts."""

    id: AnyId
    state: str
    updated_at: int
    created_at: Maybe[int] = None
    title: Maybe[str] = None
    source: Maybe[Source] = None
    contacts: Maybe[Contacts] = None
    teammates: Maybe[Teammates] = None
    admin_assignee_id: Maybe[AnyId] = None
    tags: Maybe[Tags] = None
    conversation_rating: Maybe[Rating] = None
    ai_agent: Maybe[Rating] = None
    statistics: Maybe[Statistics] = None
    conversation_parts: Maybe[Parts] = None


class NextPage(Edge):
    """Where the list goes on."""

    starting_after: str | None = None


class Pages(Edge):
    """How the list is paged."""

    next: Maybe[NextPage] = None


class ConversationList(Edge):
    """A page of a search."""

    conversations: Entries[Conversation]
    total_count: Maybe[int] = None
    pages: Maybe[Pages] = None


class Admin(Edge):
    """A teammate."""

    id: AnyId
    name: Maybe[str] = None
    email: Maybe[str] = None


class Admins(Edge):
    """The teammates."""

    admins: Entries[Admin]


class App(Edge):
    """The workspace."""

    id_code: Maybe[str] = None


class Me(Edge):
    """Whose token it is."""

    type: str
    app: Maybe[App] = None


class Item(Edge):
    """What a webhook is about."""

    id: AnyId


class Data(Edge):
    """What a webhook carries."""

    item: Maybe[Item] = None


class Notification(Edge):
    """A webhook."""

    topic: str
    data: Maybe[Data] = None
