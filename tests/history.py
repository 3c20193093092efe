"""Generated reviews put straight into the tables, and kept as plain values to reckon with independently."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache

from sqlalchemy import insert

from iqs.reviews import Rating
from iqs.scorecards import RatingCategory, RatingScale, RootCause, Scorecard, definition
from iqs.scoring import micropoints, review_score
from iqs.storage import tables

START = datetime(2026, 9, 7, tzinfo=UTC)  # a Monday
AGENTS, REVIEWERS = range(1, 7), range(7, 10)
TALK = 100_000
CAUSES = (RootCause("unread", "Did not read the question"), RootCause("rushed", "Rushed"))
CARD = Scorecard(
    "Generated",
    (
        RatingCategory("solution", "Solution", RatingScale(5), weight=30, causes=CAUSES),
        RatingCategory("tone", "Tone and empathy", RatingScale(4), weight=20),
        RatingCategory("process", "Process", RatingScale(3), weight=7, causes=CAUSES),
        RatingCategory("mood", "Mood", RatingScale(2), scored=False),
    ),
)


@dataclass
class Made:
    """One submitted review as Python sees it; `percents` has the rated categories."""

    team: int
    reviewer: int
    reviewee: int
    kind: str
    stream: str
    at: datetime
    score: Fraction | None
    passed: bool | None
    percents: dict[str, Fraction]
    causes: list[tuple[str, str]]

    def __deepcopy__(self, memo):
        return self  # nobody changes one

    @property
    def counts(self):
        """Whether IQS counts it (DESIGN §8)."""
        return self.kind in {"manager", "peer"} and self.stream in {"random", "imported"}


@dataclass
class History:
    """Ids of what was made, and the reviews."""

    teams: list[int]
    agents: list[int]
    reviewers: list[int]
    reviews: list[Made] = field(default_factory=list)


def people(tx, *, zone="UTC"):
    """Two teams with the same agents and reviewers, a published scorecard, and its categories."""
    tx.execute(insert(tables.Scorecard).values(id=1, name=CARD.name))
    tx.execute(
        insert(tables.ScorecardVersion).values(
            id=1, scorecard_id=1, version=1, definition=definition(CARD), published_at=START
        )
    )
    tx.execute(
        insert(tables.Category),
        [{"id": n, "scorecard_id": 1, "key": each.key} for n, each in enumerate(CARD.categories, 1)],
    )
    tx.execute(insert(tables.Team), [{"id": n, "name": f"Team {n}", "timezone": zone} for n in (1, 2)])
    made = History([1, 2], list(AGENTS), list(REVIEWERS))
    tx.execute(
        insert(tables.Person),
        [{"id": n, "name": f"Person {n}", "active": True} for n in made.agents + made.reviewers],
    )
    roles = [*((n, "agent") for n in made.agents), *((n, "reviewer") for n in made.reviewers)]
    tx.execute(
        insert(tables.Membership),
        [{"team_id": team, "person_id": n, "role": role} for team in made.teams for n, role in roles],
    )
    tx.execute(
        insert(tables.Conversation),
        [
            {
                "id": n, "source": "t", "external_id": str(n), "channel": "email", "reviewee_id": n,
                "fingerprint": "", "imported_at": START, "subject": f"Subject {n}",
            }
            for n in made.agents
        ],
    )  # fmt: skip
    return made


def reviews(tx, history, number, *, seed=1, days=70, team=None, start=START):
    """Submitted reviews at random moments, of every kind and stream, some with N/A, some all N/A.

    Each is of a conversation of its own, TALK and its number.
    """
    first = len(history.reviews) + 1
    made = invented(number, seed, days, team or tuple(history.teams), start)
    rows, ratings, talks = [], [], []
    for n, (review, given) in enumerate(made, first):
        history.reviews.append(review)
        talks.append(
            {
                "id": TALK + n, "source": "t", "external_id": f"r{n}", "channel": "email",
                "reviewee_id": review.reviewee, "fingerprint": "", "imported_at": START,
                "subject": f"Subject {review.reviewee}",
            }
        )  # fmt: skip
        rows.append(
            {
                "id": n, "team_id": review.team, "conversation_id": TALK + n,
                "reviewer_id": review.reviewer, "reviewee_id": review.reviewee, "scorecard_version_id": 1,
                "kind": review.kind, "stream": review.stream, "state": "submitted", "comment": "",
                "version": 1, "created_at": review.at, "submitted_at": review.at, "passed": review.passed,
                "score": None if review.score is None else micropoints(review.score),
            }
        )  # fmt: skip
        ratings += [
            {
                "review_id": n, "category_id": place, "value": given[key].value, "note": "",
                "points": micropoints(review.percents[key]) if key in review.percents else None,
                "causes": list(given[key].causes),
            }
            for place, key in enumerate(given, 1)
        ]  # fmt: skip
    tx.execute(insert(tables.Conversation), talks)
    tx.execute(insert(tables.Review), rows)
    tx.execute(insert(tables.Rating), ratings)


@cache
def invented(number, seed, days, team, start):
    """The reviews with their ratings; `team` is one, or a tuple of them to choose from."""
    rng = random.Random(seed)
    made = []
    for _ in range(number):
        at = start + timedelta(seconds=rng.randrange(days * 86_400))
        kind = rng.choices(("manager", "peer", "self", "calibration"), (5, 8, 1, 1))[0]
        stream = rng.choices(("random", "imported", "targeted", "double"), (12, 3, 1, 1))[0]
        reviewee = rng.choice(AGENTS)
        reviewer = reviewee if kind == "self" else rng.choice(REVIEWERS)
        given = _rated(rng)
        score = review_score(CARD, given)
        review = Made(
            team if isinstance(team, int) else rng.choice(team),
            reviewer,
            reviewee,
            kind,
            stream,
            at,
            score.percent,
            score.passed,
            {line.key: line.percent for line in score.lines if line.percent is not None},
            [(key, cause) for key, rating in given.items() for cause in rating.causes],
        )
        made.append((review, given))
    return made


def _rated(rng):
    nothing = rng.random() < 0.1
    given = {}
    for category in CARD.categories:
        value = None if nothing or rng.random() < 0.15 else rng.randint(1, category.scale.points)
        offered = [cause.key for cause in category.causes] if category.offers_causes(value) else []
        given[category.key] = Rating(value, tuple(rng.sample(offered, rng.randint(0, len(offered)))))
    return given
