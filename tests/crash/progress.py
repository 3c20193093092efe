"""How far the work is: one look at the database, from outside the bot."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, or_, select
from sqlalchemy.orm import aliased

from iqs.storage.tables import Assignment, Draw, Notice, Rating


@dataclass(frozen=True)
class Progress:
    """`busy` notices are due or on their way, `open` assignments have their scorecard; `next` comes up later.

    What is due behind an older notice of its target that waits for its next try is not busy: it keeps the order.
    """

    notices: tuple[tuple[str, int], ...]
    busy: int
    open: int
    drawn: int
    digests: int
    ratings: int
    next: datetime | None


def look(engine: Engine, now: datetime) -> Progress:
    """The progress as of `now`."""
    pending = Notice.state == "pending"
    queued = select(Notice.object_id).where(Notice.kind == "scorecard", pending)
    other = aliased(Notice)
    waits = (other.state == "pending") & (other.not_before > now) & other.first_try_at.is_not(None)
    people = select(other.person_id).where(waits, other.person_id.is_not(None))
    channels = select(other.channel).where(waits, other.channel.is_not(None))
    behind = or_(Notice.person_id.in_(people), Notice.channel.in_(channels))
    due = pending & (Notice.not_before <= now) & ~func.coalesce(behind, False)
    busy = or_(Notice.state == "sending", due, Notice.sweep_at <= now)
    with engine.connect() as tx:
        later = tx.execute(
            select(func.min(Notice.not_before)).where(pending, Notice.not_before > now)
        ).scalar()
        sweep = tx.execute(select(func.min(Notice.sweep_at)).where(Notice.sweep_at > now)).scalar()
        states = tx.execute(select(Notice.state, func.count()).group_by(Notice.state).order_by(Notice.state))

        def count(*which: object) -> int:
            return int(tx.execute(select(func.count()).where(*which)).scalar_one())

        return Progress(
            notices=tuple((row[0], row[1]) for row in states),
            busy=count(busy),
            open=count(Assignment.state == "open", Assignment.id.not_in(queued)),
            drawn=count(Draw.id > 0),
            digests=count(Notice.kind == "digest"),
            ratings=count(Rating.review_id > 0),
            next=min((each for each in (later, sweep) if each is not None), default=None),
        )
