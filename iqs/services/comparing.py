"""Do the reviewers of a team agree, and is one of them kinder than the others?"""

from contextlib import suppress
from datetime import datetime

from iqs import comparison, period_words
from iqs.access import Action, TeamFacts, demand
from iqs.comparison import Comparison
from iqs.errors import Invalid, NotFound
from iqs.people import Person, Role
from iqs.storage import comparisons
from iqs.storage.aggregates import Scope
from iqs.storage.repositories import pairs, people, scorecards, teams
from iqs.storage.store import Store, Tx


def compare(
    store: Store, actor: Person | None, team_id: int, *, now: datetime, period: str | None = None
) -> Comparison:
    """Agreement and leniency in a period, of all time when left out; for leads and admins (None = the operator).

    Reviews of every stream count, self reviews do not. NotAllowed for others, Invalid for an unreadable period.
    """
    with store.read() as tx:
        team = teams.by_id(tx, team_id)
        if actor is not None:
            agents = sum(each.has(Role.AGENT, team_id) for each in people.members(tx, team_id))
            demand(actor, Action.SEE_AGENT, TeamFacts(team_id, agents))
        span = period_words.parse(period or "all", team.timezone, now)
        scope = Scope(now, team_id=team_id)
        given = comparisons.given(tx, scope, span)
        names = people.names(tx, {each.reviewer_id for each in given})
        titles = _titles(tx, team_id)
        found = pairs.between(tx, team_id, since=span.start, until=span.end, as_of=now)
        return Comparison(
            team=team.name,
            period=span,
            categories=comparison.categories(titles, comparisons.shared(tx, scope, span)),
            reviewers=comparison.reviewers(names, given),
            double=comparison.categories(titles, pairs.ratings(tx, found)),
        )


def _titles(tx: Tx, team_id: int) -> dict[str, str]:
    """The team's categories by key, in the scorecard's order; none without a scorecard."""
    with suppress(Invalid, NotFound):
        return {each.key: each.name for each in scorecards.current(tx, team_id).categories}
    return {}
