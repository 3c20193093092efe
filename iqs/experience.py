"""What customers felt, beside what reviewers saw: surveys, times, and the four quadrants of both together.

None of it ever enters IQS. A customer is happy from `iqs.scoring.SATISFIED_FROM` on; work is good that passed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from iqs.metrics import Stored, mean_percent, survey_answers
from iqs.reports import Example, Pairs, Quadrant, Survey, TimeFigure
from iqs.scoring import MICRO, SATISFIED_FROM

EXAMPLES = 2
"""Reviews to read in each quadrant, at most."""

FIRST_RESPONSE, HANDLE_TIME = "first response", "handle time"


class Told(NamedTuple):
    """Closed conversations of one agent that are alike: `n` of them, their answers, and sums of their times.

    Answers are as they are stored, None without one. A basis is None where the import did not name it;
    `first_n` and `handle_n` of the conversations have such a time, in seconds.
    """

    reviewee_id: int
    n: int
    csat: Stored | None
    ces: Stored | None
    first_basis: str | None
    first_n: int
    first_seconds: int
    handle_basis: str | None
    handle_n: int
    handle_seconds: int


class Paired(NamedTuple):
    """Reviewed conversations of one agent (None: unknown) with the same answer and the same outcome.

    `total` adds up the conversations' scores in micropoints; one of several reviews counts once, with their mean.
    """

    reviewee_id: int | None
    csat: Stored
    good: bool
    n: int
    total: float


class Read(NamedTuple):
    """A review that can be read: its score in micropoints, and the customer's answer."""

    review_id: int
    subject: str | None
    score: int
    passed: bool
    csat: Stored


def csat(told: Told) -> Stored | None:
    """How satisfied these customers were."""
    return told.csat


def ces(told: Told) -> Stored | None:
    """How easy these customers found it: 0 is very difficult, 100 very easy."""
    return told.ces


def people_timed(told: Iterable[Told]) -> dict[tuple[str, str | None], int]:
    """How many people stand behind each time, by what and basis."""
    who: dict[tuple[str, str | None], set[int]] = {}
    for each in told:
        if each.first_n:
            who.setdefault((FIRST_RESPONSE, each.first_basis), set()).add(each.reviewee_id)
        if each.handle_n:
            who.setdefault((HANDLE_TIME, each.handle_basis), set()).add(each.reviewee_id)
    return {which: len(people) for which, people in who.items()}


def survey(counts: Mapping[Stored, int]) -> Survey:
    """The mean answer on 0–100 and how many there are."""
    mean, n = mean_percent(survey_answers(counts))
    return Survey(None if mean is None else float(mean), n)


def surveys(told: Iterable[Told], which: Callable[[Told], Stored | None]) -> dict[int, Survey]:
    """Each agent's mean answer; agents without one are left out. `which` picks CSAT or CES."""
    counts: dict[int, dict[Stored, int]] = {}
    for each in told:
        answer = which(each)
        if answer is not None:
            own = counts.setdefault(each.reviewee_id, {})
            own[answer] = own.get(answer, 0) + each.n
    found = {agent: survey(own) for agent, own in counts.items()}
    return {agent: each for agent, each in found.items() if each.n}


def together(told: Iterable[Told], which: Callable[[Told], Stored | None]) -> Survey:
    """The mean answer of all agents' conversations."""
    counts: dict[Stored, int] = {}
    for each in told:
        answer = which(each)
        if answer is not None:
            counts[answer] = counts.get(answer, 0) + each.n
    return survey(counts)


def times(told: Iterable[Told]) -> tuple[TimeFigure, ...]:
    """The mean first response and handle time, apart by basis: minutes of different clocks are never mixed."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for each in told:
        for what, basis, n, seconds in (
            (FIRST_RESPONSE, each.first_basis, each.first_n, each.first_seconds),
            (HANDLE_TIME, each.handle_basis, each.handle_n, each.handle_seconds),
        ):
            before = sums.get((what, basis or ""), (0, 0))
            sums[what, basis or ""] = (before[0] + n, before[1] + seconds)
    return tuple(
        TimeFigure(what, basis or None, seconds / n, n)
        for (what, basis), (n, seconds) in sorted(sums.items())
        if n
    )


def happy(answer: Stored) -> bool | None:
    """Whether a customer who answered this is satisfied; None for an answer on a scale without length."""
    read = survey_answers({answer: 1})
    return next((each.percent >= SATISFIED_FROM for each in read), None)


def pairs(paired: Sequence[Paired], read: Sequence[Read] = ()) -> Pairs | None:
    """Both means and the four quadrants, happy and good first, with the first of `read` as examples.

    None where no conversation has both.
    """
    known = [each for each in paired if happy(each.csat) is not None]
    n = sum(each.n for each in known)
    if not n:
        return None
    counts: dict[Stored, int] = {}
    for each in known:
        counts[each.csat] = counts.get(each.csat, 0) + each.n
    quadrants = tuple(
        Quadrant(
            is_happy,
            is_good,
            sum(each.n for each in known if (happy(each.csat), each.good) == (is_happy, is_good)),
            tuple(_example(each) for each in read if (happy(each.csat), each.passed) == (is_happy, is_good))[
                :EXAMPLES
            ],
        )
        for is_happy in (True, False)
        for is_good in (True, False)
    )
    mean = survey(counts).mean
    assert mean is not None
    return Pairs(n, mean, sum(each.total for each in known) / n / MICRO, quadrants)


def _example(read: Read) -> Example:
    mean = survey({read.csat: 1}).mean
    assert mean is not None
    return Example(read.review_id, read.subject, read.score / MICRO, mean)
