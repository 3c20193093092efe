"""What Zendesk sends, as far as we use it (developer.zendesk.com, 2026); what makes no sense is None."""

from typing import Annotated

from pydantic import Field, model_validator

from iqs.helpdesk.edge import AnyId, Edge, Entries, Listed, Maybe, Moment

Count = Annotated[int, Field(ge=0, le=1_000_000)]
Duration = Annotated[float, Field(ge=0, le=100_000_000, allow_inf_nan=False)]


class User(Edge):
    """An agent, an administrator or a customer."""

    id: AnyId
    name: Maybe[str] = None
    email: Maybe[str] = None
    role: Maybe[str] = None
    verified: Maybe[bool] = None
    active: Maybe[bool] = None
    suspended: Maybe[bool] = None


class Minutes(Edge):
    """A duration by both clocks."""

    calendar: Maybe[Duration] = None
    business: Maybe[Duration] = None


class Metrics(Edge):
    """What Zendesk measured of a ticket."""

    ticket_id: Maybe[AnyId] = None
    reply_time_in_minutes: Maybe[Minutes] = None
    reopens: Maybe[Count] = None
    solved_at: Maybe[Moment] = None
    status_updated_at: Maybe[Moment] = None


class Via(Edge):
    """Where something came from."""

    channel: Maybe[AnyId] = None


class Score(Edge):
    """The older CSAT, as it stands in its ticket."""

    score: Maybe[str] = None


class Ticket(Edge):
    """A ticket without its comments."""

    id: AnyId
    status: str
    subject: Maybe[str] = None
    via: Maybe[Via] = None
    tags: Listed[str] = Field(default_factory=list)
    assignee_id: Maybe[AnyId] = None
    requester_id: Maybe[AnyId] = None
    submitter_id: Maybe[AnyId] = None
    created_at: Maybe[Moment] = None
    updated_at: Maybe[Moment] = None
    generated_timestamp: Maybe[Moment] = None
    satisfaction_rating: Maybe[Score] = None
    metric_set: Maybe[Metrics] = None


class Export(Edge):
    """A page of the incremental export, with what was asked for beside the tickets."""

    tickets: Entries[Ticket]
    users: Entries[User] = Field(default_factory=list)
    metric_sets: Entries[Metrics] = Field(default_factory=list)
    after_cursor: str | None = None
    end_of_stream: bool

    @model_validator(mode="after")
    def _goes_on_or_ends(self) -> "Export":
        if not self.end_of_stream and not self.after_cursor:
            raise ValueError("neither the end nor a way on")
        return self


class Shown(Edge):
    """One ticket, with what was asked for beside it."""

    ticket: Ticket
    users: Entries[User] = Field(default_factory=list)
    metric_sets: Entries[Metrics] = Field(default_factory=list)


class File(Edge):
    """An attachment; one that stands in the text is `inline`."""

    file_name: Maybe[str] = None
    inline: Maybe[bool] = None


class Comment(Edge):
    """A comment; one that is not public is an internal note."""

    author_id: Maybe[AnyId] = None
    public: bool
    html_body: Maybe[str] = None
    plain_body: Maybe[str] = None
    body: Maybe[str] = None
    created_at: Maybe[Moment] = None
    via: Maybe[Via] = None
    attachments: Listed[Maybe[File]] = Field(default_factory=list)


class Meta(Edge):
    """Where a page stands in the cursor pagination."""

    has_more: bool = False
    after_cursor: str | None = None

    @property
    def cursor(self) -> str | None:
        """The cursor of the next page; None after the last one."""
        return self.after_cursor if self.has_more else None


class Comments(Edge):
    """A page of a ticket's comments and those who wrote them."""

    comments: Entries[Comment]
    users: Entries[User] = Field(default_factory=list)
    meta: Meta = Meta()


class Users(Edge):
    """A page of users."""

    users: Entries[User]
    meta: Meta = Meta()


class LegacyRating(Edge):
    """An answer to the older CSAT, or its offer."""

    ticket_id: AnyId
    score: str


class LegacyRatings(Edge):
    """A page of the older CSAT."""

    satisfaction_ratings: Entries[LegacyRating]
    meta: Meta = Meta()


class Option(Edge):
    """A possible answer; only those on a scale have a rating."""

    rating: Maybe[int] = None


class Question(Edge):
    """A question of a survey, whole in the survey and by its id in an answer."""

    id: Maybe[AnyId] = None
    sub_type: Maybe[str] = None
    options: Listed[Maybe[Option]] = Field(default_factory=list)


class Answer(Edge):
    """The answer to one question, or that it was skipped."""

    type: str
    rating: Maybe[float] = None
    rating_category: Maybe[str] = None
    question: Maybe[Question] = None
    updated_at: Maybe[Moment] = None


class Subject(Edge):
    """What a survey was about."""

    id: AnyId
    type: str


class Response(Edge):
    """A customer's answers to a survey."""

    subjects: Listed[Maybe[Subject]] = Field(default_factory=list)
    answers: Listed[Maybe[Answer]] = Field(default_factory=list)


class Responses(Edge):
    """A page of answered surveys."""

    survey_responses: Entries[Response]
    meta: Meta = Meta()


class Survey(Edge):
    """A survey and its questions."""

    questions: Listed[Maybe[Question]] = Field(default_factory=list)


class Surveys(Edge):
    """All surveys of the account."""

    surveys: Entries[Survey]


class Deleted(Edge):
    """A ticket in the trash."""

    id: AnyId
    deleted_at: Moment


class DeletedPage(Edge):
    """A page of the trash, by its number."""

    deleted_tickets: Entries[Deleted]
    next_page: str | None = None


class Detail(Edge):
    """The ticket of an event."""

    id: Maybe[AnyId] = None


class Change(Edge):
    """What a field became."""

    current: Maybe[str] = None


class Hook(Edge):
    """A webhook's body: an event's own, or what somebody wrote into a trigger."""

    type: str = ""
    detail: Maybe[Detail] = None
    event: Maybe[Change] = None
    ticket_id: Maybe[AnyId] = None
    status: Maybe[str] = None
