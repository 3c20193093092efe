"""Reviewers compared: how far they agree on the same conversations, and who is kinder than the others."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from iqs.agreement import Metric, krippendorff, within
from iqs.figures import readable
from iqs.leniency import Effect, leniency
from iqs.reports import Period
from iqs.scoring import MICRO

METRICS = (Metric.NOMINAL, Metric.ORDINAL, Metric.INTERVAL)


class Shared(NamedTuple):
    """A rating of a conversation that several reviewers rated; `points` in micropoints."""

    category: str
    conversation_id: int
    reviewer_id: int
    points: int


class Given(NamedTuple):
    """A scored review; `score` in micropoints, the reviewee None where history does not tell."""

    conversation_id: int
    reviewee_id: int | None
    reviewer_id: int
    score: int


@dataclass(frozen=True, slots=True)
class CategoryAgreement:
    """How far reviewers of the same conversations agree in one category.

    `alpha` is Krippendorff's, by metric; None where all ratings are equal. `exact` is the percent of pairs of
    ratings that are the same. `units` conversations were rated by two or more of `raters` reviewers.
    """

    key: str
    name: str
    alpha: Mapping[Metric, float | None]
    exact: float
    units: int
    raters: int


@dataclass(frozen=True, slots=True)
class ReviewerLeniency:
    """How many points a reviewer of `n` reviews is kinder (+) or stricter (-) than the others.

    `effect` is None when it cannot be told: the reviewers share no agent and no conversation.
    """

    name: str
    n: int
    effect: Effect | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A team's reviewers compared in a period; categories in the scorecard's order, reviewers by name.

    `double` is the agreement in the hidden second reviews alone: chance chose them and neither reviewer knew, so it
    holds for the sample.
    """

    team: str
    period: Period
    categories: tuple[CategoryAgreement, ...]
    reviewers: tuple[ReviewerLeniency, ...]
    double: tuple[CategoryAgreement, ...] = ()


def categories(names: Mapping[str, str], ratings: Iterable[Shared]) -> tuple[CategoryAgreement, ...]:
    """The agreement in each category that two reviewers rated the same conversation in.

    `names` are the known categories by key, in the order to show them; others follow by key.
    """
    units: defaultdict[str, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    raters: defaultdict[str, set[int]] = defaultdict(set)
    for each in ratings:
        units[each.category][each.conversation_id].append(each.points)
        raters[each.category].add(each.reviewer_id)
    made = []
    for key in [*names, *sorted(set(units) - set(names))]:
        rated = [unit for unit in units[key].values() if len(unit) > 1]
        exact = within(pair for unit in rated for pair in combinations(unit, 2))
        if exact is not None:
            alpha = {metric: krippendorff(rated, metric) for metric in METRICS}
            name = names.get(key) or readable(key)
            made.append(CategoryAgreement(key, name, alpha, exact, len(rated), len(raters[key])))
    return tuple(made)


def reviewers(names: Mapping[int, str], reviews: Sequence[Given]) -> tuple[ReviewerLeniency, ...]:
    """Each reviewer's leniency, by name; `names` has the name of everybody.

    Reviews of the same agent are compared; where the agent is not known, of the same conversation.
    """
    found = leniency(
        (
            f"conversation {each.conversation_id}"
            if each.reviewee_id is None
            else f"agent {each.reviewee_id}",
            str(each.reviewer_id),
            each.score / MICRO,
        )
        for each in reviews
    )
    counts = Counter(each.reviewer_id for each in reviews)
    ordered = sorted(counts, key=lambda each: (names[each].casefold(), each))
    alone = len(counts) < 2  # nobody to compare with
    return tuple(
        ReviewerLeniency(
            names[each], counts[each], None if found is None or alone else found.reviewers[str(each)]
        )
        for each in ordered
    )
