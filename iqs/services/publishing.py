"""Publishing scorecards: each content once, as an immutable version that teams rate with from then on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from iqs.errors import Invalid, NotFound
from iqs.people import Team
from iqs.scorecards import Scorecard
from iqs.storage.repositories import audit, scorecards, teams
from iqs.storage.store import Store, Tx


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did: the version now in use, whether it is new, and the teams that use it now."""

    version: int
    changed: bool
    teams: tuple[str, ...]


def apply_scorecard(
    store: Store, scorecard: Scorecard, team_names: Sequence[str], *, now: datetime
) -> Published:
    """Publishes the scorecard, unless its newest version is the same, and lets the teams use it.

    Without names it is for the teams that use the scorecard of this name already, or for the only team.
    Open reviews keep the version they began with. Raises NotFound for an unknown team and Invalid when
    nobody can tell which team is meant.
    """
    with store.write() as tx:
        chosen = _chosen(tx, scorecard.name, team_names)
        done = scorecards.publish(tx, scorecard, now)
        teams.use_scorecard(tx, [team.id for team in chosen], done.scorecard_id)
        if done.changed or any(team.scorecard_id != done.scorecard_id for team in chosen):
            audit.record(
                tx,
                at=now,
                actor_id=None,
                action="publish",
                object="scorecard_version",
                object_id=done.version_id,
                detail={"teams": [team.id for team in chosen]},
            )
        return Published(done.version, done.changed, tuple(team.name for team in chosen))


def current_scorecard(store: Store, team_id: int) -> Scorecard:
    """The newest version of the scorecard the team rates with; Invalid, with what to run, if it has none."""
    with store.read() as tx:
        return scorecards.current(tx, team_id)


def _chosen(tx: Tx, scorecard_name: str, team_names: Sequence[str]) -> list[Team]:
    known = teams.every(tx)
    listed = ", ".join(team.name for team in known)
    if not known:
        raise Invalid("There is no team yet to rate with it. Import people first: iqs people import FILE.csv")
    if team_names:
        found = {_folded(team.name): team for team in known}
        unknown = [name for name in team_names if _folded(name) not in found]
        if unknown:
            raise NotFound(f"There is no team “{unknown[0]}”. Known: {listed}.")
        return list({name: found[name] for name in map(_folded, team_names)}.values())
    scorecard_id = scorecards.named(tx, scorecard_name)
    using = [team for team in known if scorecard_id is not None and team.scorecard_id == scorecard_id]
    if using:
        return using
    if len(known) > 1:
        raise Invalid(f"Name the teams that rate with it; there are {len(known)}: {listed}.")
    return known


def _folded(name: str) -> str:
    return name.strip().casefold()
