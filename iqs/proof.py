"""What a draw fixed beforehand, and whether it kept to it: hashes, the frame, and a second run compared with the log.

Three things make a draw provable. The frame (the rules and how many places each reviewee's days had) and the seed
are hashed and stored before the first place is looked up. Every place the seeded order came to is logged with what
became of it. And both logs can only be added to. So whoever has the seed can run the order again.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any

from iqs.eligibility import Facts, Filters, exclusion
from iqs.people import RevieweeRule
from iqs.reviews import Stream
from iqs.sampling import HOLE, TAKEN, Spot, Stratum, seeded_spots

VERSION = 1
"""Of the frame's form and of the method; a change of either is a new number."""

LATE = frozenset({"CSAT not known", "CSAT outside the filter"})
"""What may change without a new import: customers answer late."""

DAY = 86_400_000_000
"""Microseconds."""

LISTED = 20
"""Differences that are told one by one."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What can be drawn, as it is committed: ids and counts, no name and no text.

    `first_day` counts from 1970 (UTC); the strata are by the reviewee's id. `excluded` counts by reason.
    """

    team_id: int
    period: str
    starts_at: datetime
    ends_at: datetime
    rule: RevieweeRule
    filters: Filters
    first_day: int
    strata: Mapping[int, Stratum]
    excluded: Mapping[str, int]

    @property
    def eligible(self) -> int:
        """Conversations that may be drawn."""
        return sum(each.eligible for each in self.strata.values())

    def stored(self) -> dict[str, Any]:
        """As JSON: integers and words alone, so that it reads back the same everywhere."""
        return {
            "version": VERSION,
            "team": self.team_id,
            "period": self.period,
            "from": _microseconds(self.starts_at),
            "until": _microseconds(self.ends_at),
            "rule": self.rule.value,
            "filters": self.filters.stored(),
            "first_day": self.first_day,
            "people": {
                str(person): {"eligible": each.eligible, "quota": each.quota, "places": list(each.places)}
                for person, each in sorted(self.strata.items())
            },
            "excluded": dict(sorted(self.excluded.items())),
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Frame":
        """From what `stored` made."""
        return cls(
            team_id=stored["team"],
            period=stored["period"],
            starts_at=_instant(stored["from"]),
            ends_at=_instant(stored["until"]),
            rule=RevieweeRule(stored["rule"]),
            filters=Filters.read(stored["filters"]),
            first_day=stored["first_day"],
            strata={
                int(person): Stratum(each["eligible"], each["quota"], tuple(each["places"]))
                for person, each in stored["people"].items()
            },
            excluded=stored["excluded"],
        )

    def takes_all_of(self, day: int) -> bool:
        """Whether all that has a place on a UTC day may be drawn: no filter, and the day lies in the period whole."""
        start = _instant(day * DAY)
        return not self.filters and self.starts_at <= start and start + timedelta(days=1) <= self.ends_at

    def judge(self, facts: Facts) -> str | None:
        """Why a conversation is passed over by these rules, or None."""
        return exclusion(facts, self.filters, starts_at=self.starts_at, ends_at=self.ends_at)


def frame_hash(stored: Mapping[str, Any]) -> str:
    """SHA-256 of a frame as JSON: keys sorted, no spaces, ASCII; anybody can compute it again."""
    return sha256(json.dumps(stored, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def seed_hash(seed: str) -> str:
    """SHA-256 of a seed as UTF-8."""
    return sha256(seed.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Committed:
    """A stored commitment: what was fixed and when; `attempt` counts the draws of one period."""

    id: int
    team_id: int
    period: str
    attempt: int
    starts_at: datetime
    ends_at: datetime
    seed_hash: str
    frame_hash: str
    frame: Mapping[str, Any] = field(repr=False)
    eligible: int
    excluded: Mapping[str, int]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Logged:
    """One line of a draw's log."""

    person_id: int
    position: int
    day: int
    place: int
    conversation_id: int | None
    outcome: str

    @property
    def spot(self) -> Spot:
        """The place it speaks of."""
        return Spot(self.person_id, self.day, self.place)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is stored about a draw, as it stands now.

    `strata` are (eligible, drawn) by reviewee, `standing` what stands in the logged places now, `keys` the names of
    logged conversations and `gone` those of them deleted in the helpdesk; `changed` are conversations imported anew
    after the draw. `handed` are the conversations it handed out as random, by reviewee; `names` of people.
    """

    team: str
    draw_id: int
    period: str
    attempt: int
    seed: str
    starts_at: datetime
    ends_at: datetime
    eligible: int
    drawn_at: datetime
    committed: Committed
    log: Collection[Logged]
    strata: Mapping[int, tuple[int, int]]
    standing: Mapping[Spot, Facts]
    keys: Mapping[int, str]
    gone: frozenset[int]
    changed: frozenset[int]
    handed: Mapping[int, frozenset[int]]
    names: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a draw kept to its commitment.

    `differences` are what cannot be if it did; `since` is what has changed in the helpdesk afterwards and explains
    itself. `positions` counts the places the order came to, `drawn` the conversations taken.
    """

    team: str
    draw_id: int
    period: str
    attempt: int
    seed: str
    seed_hash: str
    frame_hash: str
    committed_at: datetime
    drawn_at: datetime
    eligible: int
    people: int
    positions: int
    drawn: int
    differences: tuple[str, ...] = ()
    since: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the draw."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody's conversation is reviewed, in what they may know.

    For the random sample: the n-th of `drawn` out of `eligible` of theirs (`position` from 1 among those taken), the
    seed and hashes, and the verdict of this moment. For one picked on purpose, `picked_by` and `picked_for`.
    """

    stream: Stream
    mine: bool
    period: str = ""
    team: str = ""
    drawn: int = 0
    eligible: int = 0
    replaced: bool = False
    verdict: Verdict | None = None
    picked_by: str | None = None
    picked_for: str | None = None


def check(evidence: Evidence, *, only: int | None = None) -> Verdict:
    """Runs the draw again and compares; with `only`, the part of one reviewee alone."""
    differences: list[str] = []
    since: list[str] = []
    committed = evidence.committed
    differences += _sealed(evidence)
    frame = Frame.read(committed.frame)
    by_person: dict[int, list[Logged]] = defaultdict(list)
    for line in sorted(evidence.log, key=lambda each: each.position):
        by_person[line.person_id].append(line)
    people = sorted({*frame.strata, *by_person, *evidence.strata, *evidence.handed})
    for person in people if only is None else [only]:
        name = evidence.names.get(person, f"person {person}")
        stratum = frame.strata.get(person)
        if stratum is None:
            differences.append(f"{name} is not in the committed frame, but in the draw")
            continue
        log = by_person[person]
        order = _order(evidence, frame, person, stratum, log)
        differences += [
            f"{name}, {each}" for each in (order, *_counted(evidence, person, stratum, log)) if each
        ]
        for line in log:
            wrong, later = _place(evidence, frame, line)
            differences += [f"{name}, position {line.position}: {wrong}"] if wrong else []
            since += [later] if later else []
        differences += [f"{name}, {each}" for each in _handed(evidence, person, log)]
    lines = [line for line in evidence.log if only in (None, line.person_id)]
    return Verdict(
        team=evidence.team,
        draw_id=evidence.draw_id,
        period=evidence.period,
        attempt=evidence.attempt,
        seed=evidence.seed,
        seed_hash=committed.seed_hash,
        frame_hash=committed.frame_hash,
        committed_at=committed.created_at,
        drawn_at=evidence.drawn_at,
        eligible=frame.eligible,
        people=sum(each.eligible > 0 for each in frame.strata.values()),
        positions=len(lines),
        drawn=sum(line.outcome == TAKEN for line in lines),
        differences=tuple(differences),
        since=tuple(dict.fromkeys(since)),
    )


def _sealed(evidence: Evidence) -> Iterable[str]:
    """What was fixed before the draw is what the draw says it used."""
    committed, stored = evidence.committed, evidence.committed.frame
    if seed_hash(evidence.seed) != committed.seed_hash:
        yield "the seed is not the one that was committed: its SHA-256 differs"
    if frame_hash(stored) != committed.frame_hash:
        yield "the frame was changed after it was committed: its SHA-256 differs"
    frame = Frame.read(stored)
    told = (
        ("the period", (committed.period, committed.starts_at, committed.ends_at), evidence.period),
        ("the number of eligible conversations", committed.eligible, evidence.eligible),
    )
    truth = ((frame.period, frame.starts_at, frame.ends_at), frame.eligible)
    own = ((evidence.period, evidence.starts_at, evidence.ends_at), evidence.eligible)
    for (what, said, _), true, drawn in zip(told, truth, own, strict=True):
        if said != true or drawn != true:
            yield f"{what} differs from the committed frame"
    if dict(committed.excluded) != dict(frame.excluded):
        yield "the counts of what was left out differ from the committed frame"


def _order(evidence: Evidence, frame: Frame, person: int, stratum: Stratum, log: list[Logged]) -> str | None:
    """The first place at which the log leaves the seeded order."""
    if [line.position for line in log] != list(range(len(log))):
        return "the log has a gap: not every position of the seeded order is in it"
    spots = seeded_spots(evidence.seed, person, frame.first_day, stratum.places)
    expected = list(islice(spots, len(log)))
    for line, spot in zip(log, expected, strict=False):
        if line.spot != spot:
            return (
                f"position {line.position}: the seeded order comes to day {spot.day}, place {spot.place}; "
                f"the log says day {line.day}, place {line.place}"
            )
    return None if len(expected) == len(log) else "the log is longer than there are places"


def _counted(evidence: Evidence, person: int, stratum: Stratum, log: list[Logged]) -> Iterable[str]:
    """The walk ended where it had to, and what is stored for the estimate agrees."""
    taken = sum(line.outcome == TAKEN for line in log)
    if taken < stratum.wanted and len(log) < stratum.size:
        yield f"the draw stopped early: {taken} taken, {stratum.wanted} wanted, and places were left"
    stored = evidence.strata.get(person)
    if stored is None:
        if stratum.eligible:
            yield "nothing is stored about how many were drawn of how many"
        return
    if stored[0] != stratum.eligible:
        yield f"{stored[0]} eligible are stored, {stratum.eligible} were committed"
    if not min(taken, stratum.wanted) <= stored[1] <= taken:
        yield f"{stored[1]} drawn are stored, the log has {taken}"


def _place(evidence: Evidence, frame: Frame, line: Logged) -> tuple[str | None, str | None]:
    """What is wrong with a line of the log, and what has changed since; each None if nothing."""
    stands = evidence.standing.get(line.spot)
    if line.conversation_id is None:
        fits = stands is None and line.outcome == HOLE
        what = "no conversation is in the log" if stands is None else f"{stands.key} stands there"
        return None if fits else f"the place was passed over as empty, but {what}", None
    key = evidence.keys.get(line.conversation_id, f"conversation {line.conversation_id}")
    if stands is None or line.conversation_id in evidence.gone:
        gone = line.conversation_id in evidence.gone
        moved = "has moved to another agent or day since, or can no longer be reviewed"
        return None, f"{key} {'was deleted in the helpdesk after the draw' if gone else moved}"
    if stands.conversation_id != line.conversation_id:
        return f"{stands.key} stands here, the log says {key}", None
    return _judged(evidence, frame, line, stands)


def _judged(evidence: Evidence, frame: Frame, line: Logged, stands: Facts) -> tuple[str | None, str | None]:
    """As `_place`, for a conversation that stands where it stood: would it be taken, or passed over, today?"""
    now = frame.judge(stands)
    told = now or "eligible"
    if (line.outcome == TAKEN) == (now is None):
        return None, None
    if line.conversation_id in evidence.changed:
        return (
            None,
            f"{stands.key} was changed in the helpdesk after the draw: {line.outcome} then, {told} now",
        )
    if {line.outcome, now} & LATE:
        # Nothing proves that it was a late answer: whoever reads this may look it up in the helpdesk.
        return None, f"the CSAT of {stands.key} has changed since the draw: {line.outcome} then, {told} now"
    if line.outcome == TAKEN:
        return f"{stands.key} was taken, but: {now}", None
    return f"{stands.key} was passed over ({line.outcome}), but nothing speaks against it", None


def _handed(evidence: Evidence, person: int, log: list[Logged]) -> Iterable[str]:
    """Nothing was handed out as random that the order did not come to."""
    taken = {line.conversation_id for line in log if line.outcome == TAKEN}
    for stray in sorted(evidence.handed.get(person, frozenset()) - taken):
        yield f"{evidence.keys.get(stray, stray)} was handed out as random, but never drawn"


def _microseconds(moment: datetime) -> int:
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def _instant(microseconds: int) -> datetime:
    whole = datetime.fromtimestamp(microseconds // 1_000_000, UTC)
    return whole.replace(microsecond=microseconds % 1_000_000)
