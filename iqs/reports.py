"""What is reported: the Internal Quality Score for team, category and agent, always with n and an interval.

All scores are 0–100 floats made for display from exact sums; None where there is nothing to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from iqs.absences import Absence
from iqs.assignments import Progress, View, Waiting
from iqs.conversations import Conversation
from iqs.falls import Turn
from iqs.oversight import Operations
from iqs.people import Person, Team
from iqs.progress import DrawProgress
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
    """One rating category (or group of them) in a period, against the period before.

    `rescaled`: it was rated on different scales in these periods, so that the change tells nothing.
    """

    key: str
    name: str
    estimate: Estimate
    change: Change | None = None
    rescaled: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """What customers answered: the mean on 0–100, None without answers, and their number."""

    mean: float | None = None
    n: int = 0


@dataclass(frozen=True, slots=True)
class Picked:
    """Reviews of conversations picked on purpose, for coaching: their mean on 0–100, and how many there are.

    They are no sample of anything, so there is no interval; the mean is None without any, or for too few people.
    """

    mean: float | None = None
    n: int = 0


@dataclass(frozen=True, slots=True)
class PersonFigure:
    """One person's IQS (as reviewee) or given reviews (as reviewer) in a period.

    Of a reviewee who also reviews, `given` has the scores they gave; `csat` is of their closed conversations.
    """

    person_id: int
    name: str
    estimate: Estimate
    change: Change | None = None
    given: Estimate | None = None
    csat: Survey = Survey()


class Unit(StrEnum):
    """What one point of a trend stands for."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Point:
    """One week or month of a trend. `label` is short ("W47", "Oct 2026"); `start` is its first local day.

    `rebased` says that from here on reviews count by another scorecard than before; `withheld`, that there are
    reviews, of too few people to be shown.
    """

    label: str
    start: date
    estimate: Estimate
    unit: Unit = Unit.WEEK
    csat: Survey = Survey()
    rebased: bool = False
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class CauseFigure:
    """How often a root cause was picked in a period.

    `share` is its percent of all picks, `cumulative` that of this and all more frequent causes (Pareto).
    """

    category: str
    cause: str
    count: int
    share: float | None = None
    cumulative: float | None = None


@dataclass(frozen=True, slots=True)
class TimeFigure:
    """A mean time in `seconds` over `n` conversations, all measured on one basis.

    `what` is "first response" or "handle time"; `basis` is "calendar", "business", "computed", or None where the
    import did not tell. Times of different bases are never averaged together.
    """

    what: str
    basis: str | None
    seconds: float
    n: int


@dataclass(frozen=True, slots=True)
class Example:
    """A review to read: what the customer thought of the conversation and what the reviewer did (0–100)."""

    review_id: int
    subject: str | None
    percent: float
    csat: float


@dataclass(frozen=True, slots=True)
class Quadrant:
    """Conversations with a happy or unhappy customer, and good or poor work.

    Happy is an answer of at least `iqs.scoring.SATISFIED_FROM`, good a passed review. `examples` are for leads.
    """

    happy: bool
    good: bool
    count: int
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Pairs:
    """The `n` reviewed conversations whose customer answered: both means on 0–100, and the four quadrants."""

    n: int
    csat: float
    iqs: float
    quadrants: tuple[Quadrant, ...]


@dataclass(frozen=True, slots=True)
class Criticals:
    """In how many of the `n` reviews with a rated critical category one failed; `low` and `high` in percent.

    With none failed, `high` is the one-sided 95 % bound (rule of three) and `low` is 0; else Wilson's interval.
    """

    failed: int
    n: int
    low: float
    high: float


class Verdict(StrEnum):
    """What may be said of a goal."""

    REACHED = "reached"
    MISSED = "not reached"
    UNKNOWN = "cannot be told yet"


@dataclass(frozen=True, slots=True)
class Goal:
    """The team's goal (0–100) against the IQS with its interval."""

    mark: int
    verdict: Verdict


WHOLE = "IQS"
"""The name of a team's whole score among the figures withheld."""


@dataclass(frozen=True, slots=True)
class TeamReport:
    """A team's period at the three levels, with what stands beside IQS.

    `csat` is the mean customer satisfaction of the team's closed conversations, 0–100, with its n (`ces` the
    same of customer effort); `pass_rate` 0–100 with Wilson's interval; `agents`, `reviewers` and examples are
    empty where the reader may not see persons. `unscored` reviews (all N/A) count nowhere else; `imported` of
    those counted came from a past programme; `skip_share` is the percent of the assignments of the period's draws
    that reviewers skipped. `groups` are the scorecard's. `rebased` are the days within both periods from which
    reviews were made with a scorecard that counts differently. `withheld` names the figures left out because
    fewer than `iqs.access.GROUP` people stand behind them. `weighted` is the mean over all conversations that the
    draws could have taken, None where that is not known of each review. `picked` stands apart: it is never in IQS.
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
    groups: tuple[CategoryFigure, ...] = ()
    pass_interval: tuple[float, float] | None = None
    criticals: Criticals | None = None
    goal: Goal | None = None
    ces: Survey = Survey()
    times: tuple[TimeFigure, ...] = ()
    pairs: Pairs | None = None
    rebased: tuple[date, ...] = ()
    withheld: tuple[str, ...] = ()
    weighted: Estimate | None = None
    picked: Picked = Picked()

    @property
    def name(self) -> str:
        """Whose report it is."""
        return self.team.name

    @property
    def zone(self) -> str:
        """Where its days are days."""
        return self.team.timezone

    @property
    def unpublished(self) -> bool:
        """Whether too few people stand behind the IQS to show anything of it to a group."""
        return WHOLE in self.withheld


@dataclass(frozen=True, slots=True)
class Digest:
    """A period's digest: one true headline, and the report behind it. `late` marks a caught-up period.

    `finding` is something else that is worth a sentence, such as many skipped conversations.
    """

    headline: str
    report: TeamReport
    praise: str | None = None
    late: bool = False
    finding: str | None = None


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
    stream: Stream = Stream.RANDOM


@dataclass(frozen=True, slots=True)
class PersonalReport:
    """What a person sees of their own work: only released reviews count. Its days are days in `zone`.

    `given` are the scores they gave as a reviewer, None if none; `csat` is of their closed conversations; `next_step`
    says in one sentence what to work on.
    """

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
    given: Estimate | None = None
    csat: Survey = Survey()
    rebased: tuple[date, ...] = ()
    next_step: str | None = None

    @property
    def name(self) -> str:
        """Whose report it is."""
        return self.person.name


@dataclass(frozen=True, slots=True)
class Feedback:
    """One released review as its reviewee reads it. `reviewer_name` is None where the team hides it.

    `picked_for` says why it was picked on purpose; `beside` is the reviewee's own view, once both are released.
    """

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
    picked_for: str | None = None
    beside: View | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """Everything the App Home of one person shows; `operations` only for those who may mend something.

    `absence` is what is known of them being out of office, counted in days of `timezone`. `draws` are the newest of the
    teams they lead.
    """

    person: Person
    teams: tuple[Team, ...]
    waiting: tuple[Waiting, ...] = ()
    drafts: int = 0
    personal: PersonalReport | None = None
    led: tuple[TeamReport, ...] = ()
    next_times: Mapping[str, datetime] = field(default_factory=dict)
    operations: Operations | None = None
    absence: Absence | None = None
    timezone: str = "UTC"
    draws: tuple[DrawProgress, ...] = ()
