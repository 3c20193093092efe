"""How far a draw is, for its lead: by reviewer, by agent, and what it was drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from iqs.people import Team


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of handed-out reviews. `late` are those open after their deadline or submitted after it."""

    drawn: int = 0
    done: int = 0
    late: int = 0
    skipped: int = 0
    expired: int = 0

    @property
    def open(self) -> int:
        """What is still to be done."""
        return self.drawn - self.done - self.skipped - self.expired

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.drawn + other.drawn,
            self.done + other.done,
            self.late + other.late,
            self.skipped + other.skipped,
            self.expired + other.expired,
        )


@dataclass(frozen=True, slots=True)
class Short:
    """An agent of whom fewer conversations were drawn than the quota asks for."""

    name: str
    wanted: int
    drawn: int
    eligible: int


@dataclass(frozen=True, slots=True)
class DrawProgress:
    """A team's draw as its lead sees it.

    `by_reviewer` is by name, in that order; agents' own views are in no count. `beside` counts what was picked for
    coaching or is read twice, which is in the tallies too. `unshared` conversations were drawn and could be given to
    nobody, `unreplaced` were skipped and have none in their place; `all_drawn` says that none is left to be drawn.
    `can_redraw` says that nobody has begun. `others` reviews are open beside this draw (of other ones, or picked by
    a lead), `others_late` of them late. The hashes are None for a draw that was made before draws were committed.
    """

    team: Team
    draw_id: int
    period: str
    attempt: int
    drawn_at: datetime
    due_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    by_reviewer: tuple[tuple[str, Tally], ...]
    beside: int
    eligible: int
    excluded: Mapping[str, int]
    short: tuple[Short, ...]
    unshared: int
    seed: str
    seed_hash: str | None
    frame_hash: str | None
    can_redraw: bool
    unreplaced: int = 0
    others: int = 0
    others_late: int = 0
    all_drawn: bool = False

    @property
    def whole(self) -> Tally:
        """All reviewers together."""
        return sum((tally for _, tally in self.by_reviewer), Tally())
