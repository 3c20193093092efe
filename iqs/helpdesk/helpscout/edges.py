"""What Help Scout sends, as far as we use it (developer.helpscout.com, 2026); what makes no sense is None."""

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from iqs.helpdesk.edge import AnyId, Edge, Entries, Listed, Maybe, Moment


class Camel(Edge):
    """Names as Help Scout spells them."""

    model_config = ConfigDict(alias_generator=to_camel)


class Token(Edge):
    """An access token and the seconds it lives."""

    access_token: str
    expires_in: float


class Person(Camel):
    """A customer, a user, a team or a system user, as conversations and threads name them."""

    id: Maybe[AnyId] = None
    type: Maybe[str] = None
    first: Maybe[str] = None
    last: Maybe[str] = None
    email: Maybe[str] = None


class Tag(Camel):
    """A tag's word."""

    tag: Maybe[str] = None


class Conversation(Camel):
    """A conversation's header."""

    id: AnyId
    number: Maybe[AnyId] = None
    status: str
    state: Maybe[str] = None
    type: Maybe[str] = None
    subject: Maybe[str] = None
    assignee: Maybe[Person] = None
    created_by: Maybe[Person] = None
    closed_by: Maybe[AnyId] = None
    primary_customer: Maybe[Person] = None
    tags: Listed[Maybe[Tag]] = Field(default_factory=list)
    created_at: Maybe[Moment] = None
    closed_at: Maybe[Moment] = None
    user_updated_at: Maybe[Moment] = None


class Paging(Camel):
    """Which page of how many."""

    number: int
    total_pages: int = Field(le=100_000)
    total_elements: Maybe[int] = None


class Conversations(Camel):
    """Conversations of a page."""

    conversations: Entries[Conversation] = Field(default_factory=list)


class ConversationPage(Camel):
    """A page of the list, in HAL."""

    embedded: Conversations = Field(default=Conversations(), alias="_embedded")
    page: Paging


class File(Camel):
    """An attachment."""

    filename: Maybe[str] = None


class Attachments(Camel):
    """Attachments of a thread, where HAL puts them."""

    attachments: Listed[Maybe[File]] = Field(default_factory=list)


class Thread(Camel):
    """One entry of a conversation: a message, a note, a line of its history."""

    id: AnyId
    type: str
    state: Maybe[str] = None
    body: Maybe[str] = None
    created_by: Maybe[Person] = None
    created_at: Maybe[Moment] = None
    attachments: Listed[Maybe[File]] = Field(default_factory=list)
    embedded: Attachments = Field(default=Attachments(), alias="_embedded")


class Threads(Camel):
    """Threads of a page."""

    threads: Entries[Thread] = Field(default_factory=list)


class ThreadPage(Camel):
    """A page of a conversation's threads, newest first."""

    embedded: Threads = Field(default=Threads(), alias="_embedded")
    page: Paging


class User(Camel):
    """Somebody of the team, or a team."""

    id: AnyId
    type: Maybe[str] = None
    first_name: Maybe[str] = None
    last_name: Maybe[str] = None
    email: Maybe[str] = None


class Users(Camel):
    """Users of a page."""

    users: Entries[User] = Field(default_factory=list)


class UserPage(Camel):
    """A page of the users."""

    embedded: Users = Field(default=Users(), alias="_embedded")
    page: Paging


class Rating(Camel):
    """A happiness rating; `id` is the conversation's, `rating_id` is 1 for Great, 2 for Okay, 3 for Not Good."""

    id: AnyId
    rating_id: AnyId
    rating_created_at: Maybe[Moment] = None


class RatingPage(Camel):
    """A page of the happiness report."""

    results: Entries[Rating]
    page: int
    pages: int = Field(le=100_000)


class Hook(Camel):
    """A webhook's body: a conversation, or a rating with the conversation's id as `ticketId`."""

    id: Maybe[AnyId] = None
    status: Maybe[str] = None
    ticket_id: Maybe[AnyId] = None
