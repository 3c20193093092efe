"""Bringing in the reviews of a past programme, so that trends do not begin at zero; twice changes nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from iqs.errors import Invalid
from iqs.files.reviews import read_reviews
from iqs.past import PastRating, PastReview, PastScale, gathered, past_scorecard
from iqs.people import Team
from iqs.reviews import Draft, ReviewKind
from iqs.scorecards import Scorecard
from iqs.scoring import micropoints, review_score
from iqs.storage.repositories import audit, history, scorecards
from iqs.storage.repositories.history import Record, Same, Stored
from iqs.storage.store import Store, Tx

BATCH = 1_000
"""Reviews in one transaction."""

NAME = "Past reviews"
"""What the scorecard of a past programme is called unless it is given a name."""


@dataclass(slots=True)
class PastImport:
    """What an import did, in reviews; `rejected` are lines with their reasons.

    Of the reviews read, `without_reviewee` and `without_time` say how many do not tell that: it stays unknown.
    `strangers` are people named in the file who are not enrolled, `unknown_conversations` those never imported.
    """

    team: str
    scorecard: str
    version: int
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    without_reviewee: int = 0
    without_time: int = 0
    unknown_conversations: int = 0
    strangers: set[str] = field(default_factory=set)
    rejected: list[tuple[int, str]] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Reviews stored or found unchanged."""
        return self.new + self.updated + self.unchanged


@dataclass(frozen=True, slots=True)
class _Target:
    """Where the reviews go."""

    team: Team
    scorecard: Scorecard
    version_id: int
    category_ids: Mapping[str, int]
    category_keys: Mapping[int, str]


def import_reviews(
    store: Store,
    text: str,
    team: Team,
    *,
    now: datetime,
    scale: PastScale | None = None,
    renamed: Mapping[str, str] | None = None,
    scorecard: Scorecard | None = None,
    name: str = NAME,
    progress: Callable[[int, int], None] | None = None,
) -> PastImport:
    """Stores a file's reviews as history (stream `imported`) of the team, under a scorecard version of their own.

    Without `scorecard` its categories weigh the same. Without `scale` it goes from 1 to the highest value, at
    least 5. Nobody is told: it is history. `progress` hears how many of how many reviews are done. Raises Invalid
    for a file of no use; the batches before an outage stay stored, and importing again goes over them.
    """
    read = read_reviews(text, zone=team.timezone, now=now, renamed=renamed)
    scale = scale or _scale(read.ratings)
    with store.read() as tx:
        card = scorecard or past_scorecard(name, _titles(read.ratings), scale, _current(tx, team))
    _must_fit(card, scale)
    past = gathered(read.ratings, card, scale)
    rejected = [*read.rejected, *past.rejected]
    if not past.reviews:
        raise Invalid(
            "The file has no line that can be used.",
            problems=tuple(f"line {line}: {why}" for line, why in sorted(rejected)[:20]),
        )
    target = store.transact(partial(_published, team, card, now))
    done = PastImport(team.name, card.name, target.scorecard.version or 0, rejected=rejected)
    for start in range(0, len(past.reviews), BATCH):
        part = past.reviews[start : start + BATCH]
        _add(done, store.transact(partial(_store, target, part, now)))
        if progress is not None:
            progress(start + len(part), len(past.reviews))
    done.rejected.sort()
    return done


def _published(team: Team, card: Scorecard, now: datetime, tx: Tx) -> _Target:
    """The scorecard as a version that nobody rates with from now on: the team keeps its own."""
    made = scorecards.publish(tx, card, now)
    audit.record(
        tx, at=now, actor_id=None, action="import", object="team", object_id=team.id,
        detail={"what": "past reviews", "version_id": made.version_id},
    )  # fmt: skip
    return _Target(
        team,
        scorecards.by_version(tx, made.version_id),
        made.version_id,
        scorecards.category_ids(tx, made.version_id),
        history.category_keys(tx),
    )


def _store(target: _Target, part: Sequence[PastReview], now: datetime, tx: Tx) -> PastImport:
    done = PastImport("", "", 0)
    people, conversations = _meant(tx, part, done, now=now)
    places = {place for meant in conversations.values() for place, _ in meant}
    stored = history.stored(tx, target.team.id, places, target.category_keys)
    new: list[Record] = []
    changed: dict[int, Record] = {}
    for each in part:
        meant = conversations[each.conversation]
        if len(meant) > 1:
            done.rejected.append((each.line, "conversation_id fits several helpdesks; write source:id"))
            continue
        record = _record(target, each, meant[0], people)
        before = stored.get(record.same)
        if before is None:
            new.append(record)
        elif before == Stored(before.id, record.reviewee_id, target.version_id, record.draft):
            done.unchanged += 1
        else:
            changed[before.id] = record
        done.without_reviewee += record.reviewee_id is None
        done.without_time += each.submitted_at is None
    ids = target.category_ids
    history.add(tx, new, team_id=target.team.id, version_id=target.version_id, category_ids=ids, now=now)
    history.change(tx, changed, version_id=target.version_id, category_ids=ids)
    done.new, done.updated = len(new), len(changed)
    return done


def _meant(
    tx: Tx, part: Sequence[PastReview], done: PastImport, *, now: datetime
) -> tuple[dict[str, int], dict[str, list[tuple[int, int | None]]]]:
    """Whom and which conversations the names mean; who or what is not known yet is stored by its name."""
    names = {each.reviewer for each in part} | {each.reviewee for each in part if each.reviewee}
    people = history.people(tx, names)
    people |= history.add_people(tx, sorted(names - set(people)))
    done.strangers = history.strangers(tx, people)
    titles = {each.conversation for each in part}
    conversations = history.conversations(tx, titles)
    added = history.add_conversations(tx, sorted(titles - set(conversations)), now=now)
    done.unknown_conversations = len(added)
    return people, conversations | {title: [(place, None)] for title, place in added.items()}


def _record(
    target: _Target, review: PastReview, conversation: tuple[int, int | None], people: Mapping[str, int]
) -> Record:
    place, agent = conversation
    reviewer, reviewee = people[review.reviewer], people[review.reviewee] if review.reviewee else agent
    score = review_score(target.scorecard, review.ratings)
    return Record(
        same=Same(place, reviewer, review.submitted_at),
        reviewee_id=reviewee,
        kind=ReviewKind.SELF if reviewer == reviewee else ReviewKind.MANAGER,
        draft=Draft(review.ratings, review.comment),
        points={
            line.key: None if line.percent is None else micropoints(line.percent) for line in score.lines
        },
        score=None if score.percent is None else micropoints(score.percent),
        passed=score.passed,
    )


def _add(total: PastImport, part: PastImport) -> None:
    for name in ("new", "updated", "unchanged", "without_reviewee", "without_time", "unknown_conversations"):
        setattr(total, name, getattr(total, name) + getattr(part, name))
    total.strangers |= part.strangers
    total.rejected += part.rejected


def _titles(ratings: Iterable[PastRating]) -> list[str]:
    return list({each.category.casefold(): each.category for each in reversed(list(ratings))}.values())[::-1]


def _scale(ratings: Iterable[PastRating]) -> PastScale:
    """1 to the highest value, at least 5; Invalid when there are values below 1: only the owner knows then."""
    values = [each.value for each in ratings if each.value is not None]
    if values and min(values) < 1:
        raise Invalid(
            "The file has values below 1. Say which scale it is, such as --scale -2..2 or --scale 0..10."
        )
    return PastScale(1, max([5, *values]))


def _must_fit(card: Scorecard, scale: PastScale) -> None:
    wrong = [each.name for each in card.categories if each.scale.points != scale.points]
    if wrong:
        raise Invalid(
            f"“{wrong[0]}” of the scorecard has not {scale.points} points, as the scale "
            f"{scale.low}..{scale.high} has. Give the scorecard the file's scale, or say --scale."
        )


def _current(tx: Tx, team: Team) -> Scorecard | None:
    try:
        return scorecards.current(tx, team.id)
    except Invalid:
        return None
