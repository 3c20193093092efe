"""What is reported: the Internal Quality Score for team, category and agent, always with n and an interval.

All scores are 0–100 floats made for display from exact sums; None where there is nothing to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from iqs.assignments import Progress, Waiting
from iqs.conversations import Conversation
from iqs.falls import Turn
from iqs.oversight import Operations
from iqs.people import Person, Team
from iqs.reviews import Draft, ReviewKind, Stream
from iqs.scorecards import Scorecard
from iqs.scoring import Score
from iqs.statistics import Change, Estimate


@dataclass(frozen=True, slots=True)
class Period:
    """A span [start, end) in UTC with the name people give it ("week 47", "last 30 days").

    `undated` adds what has no time: reviews of a past programme that told none.
    """

    start: datetime
    end: datetime
    label: str
    undated: bool = False


@dataclass(frozen=True, slots=True)
class CategoryFigure:
    """One rating category in a period, against the period before."""

    key: str
    name: str
    estimate: Estimate
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class PersonFigure:
    """One person's IQS (as reviewee) or given reviews (as reviewer) in a period."""

    person_id: int
    name: str
    estimate: Estimate
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One week of a trend. `label` is short ("W47"); `start` is the local Monday."""

    label: str
    start: date
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class CauseFigure:
    """How often a root cause was picked in a period."""

    category: str
    cause: str
    count: int


@dataclass(frozen=True, slots=True)
class TeamReport:
    """A team's period at the three levels, with what stands beside IQS.

    `csat` is the mean customer satisfaction of the team's closed conversations, 0–100, with its n;
    `pass_rate` 0–100; `agents` and `reviewers` are empty where the reader may not see persons. `unscored`
    reviews (all N/A) count nowhere else; `imported` of those counted came from a past programme; `skip_share`
    is the percent of the assignments of the period's draws that reviewers skipped.
    """

    team: Team
    period: Period
    iqs: Estimate
    change: Change | None
    pass_rate: float | None
    categories: tuple[CategoryFigure, ...]
    agents: tuple[PersonFigure, ...]
    reviewers: tuple[PersonFigure, ...]
    trend: tuple[Point, ...]
    causes: tuple[CauseFigure, ...]
    csat: float | None = None
    csat_n: int = 0
    progress: Progress | None = None
    unscored: int = 0
    imported: int = 0
    skip_share: float | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """A week's digest: one true headline, and the report behind it. `late` marks a caught-up period."""

    headline: str
    report: TeamReport
    praise: str | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class ShiftReview:
    """One of the reviews behind a shift; `percent` is its score, or its rating in the category."""

    review_id: int
    subject: str | None
    percent: float


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """A fall or recovery of a team's score, or of a `category` by name, with its lowest reviews.

    The `n` reviews since `began_at` average `mean`; before, `usual` was usual (both 0–100).
    """

    team: Team
    turn: Turn
    category: str | None
    mean: float
    usual: float
    n: int
    began_at: datetime
    reviews: tuple[ShiftReview, ...]


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One received review in a list."""

    review_id: int
    subject: str | None
    percent: float | None
    passed: bool | None
    submitted_at: datetime
    acknowledged: bool
    kind: ReviewKind


@dataclass(frozen=True, slots=True)
class PersonalReport:
    """What a person sees of their own work: only released reviews count. Its days are days in `zone`."""

    person: Person
    period: Period
    iqs: Estimate
    change: Change | None
    categories: tuple[CategoryFigure, ...]
    trend: tuple[Point, ...]
    recent: tuple[ReviewLine, ...]
    strength: str | None = None
    focus: str | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One released review as its reviewee reads it. `reviewer_name` is None where the team hides it."""

    review_id: int
    reviewee: Person
    reviewer_name: str | None
    team: Team
    conversation: Conversation
    scorecard: Scorecard
    draft: Draft
    score: Score
    kind: ReviewKind
    stream: Stream
    submitted_at: datetime
    version: int = 1
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """Everything the App Home of one person shows; `operations` only for those who may mend something."""

    person: Person
    teams: tuple[Team, ...]
    waiting: tuple[Waiting, ...] = ()
    drafts: int = 0
    personal: PersonalReport | None = None
    led: tuple[TeamReport, ...] = ()
    next_times: Mapping[str, datetime] = field(default_factory=dict)
    operations: Operations | None = None
