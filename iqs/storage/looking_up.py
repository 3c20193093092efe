"""Finding a review by what somebody has at hand: a message's link, a conversation's address, nothing at all."""

import re
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from iqs.notices import NoticeKind
from iqs.reviews import UNDO_WINDOW, Stream
from iqs.storage import tables
from iqs.storage.repositories.own_views import kept_back
from iqs.storage.store import Tx

R = tables.Review
N = tables.Notice

NEWEST = 50
"""Reviews of one conversation that are looked at, at most."""

_ARCHIVE = re.compile(r"https://[^/\s]+/archives/([A-Z0-9]{2,30})/p(\d{10})(\d{6})(?:\?\S*)?", re.ASCII)


def newest_of(tx: Tx, person_id: int, *, now: datetime) -> list[int]:
    """The person's newest submitted review, given or received; of those received only what is theirs to read."""
    received = select(R.id, R.submitted_at).where(
        R.reviewee_id == person_id,
        R.submitted_at <= now - UNDO_WINDOW,
        R.stream != Stream.DOUBLE,  # it measures the reviewers, and is nobody's feedback
        ~kept_back(now),
    )
    given = select(R.id, R.submitted_at).where(R.reviewer_id == person_id, R.submitted_at.is_not(None))
    newest = [
        row
        for each in (received, given)
        for row in tx.execute(each.order_by(R.submitted_at.desc(), R.id.desc()).limit(1))
    ]
    return [row.id for row in sorted(newest, key=lambda row: (row.submitted_at, row.id), reverse=True)]


def linked(tx: Tx, link: str) -> list[int] | None:
    """The submitted reviews that a web address leads to, the newest first; None for what is no web address.

    A link of Slack leads to a scorecard or feedback message, any other one to a conversation in its helpdesk.
    """
    address = link.strip().removeprefix("<").removesuffix(">").partition("|")[0]
    if not address.startswith(("https://", "http://")):
        return None
    found = _ARCHIVE.fullmatch(address)
    if found is None:
        of_conversation = R.conversation_id.in_(
            select(tables.Conversation.id).where(tables.Conversation.url == address)
        )
        return _submitted(tx, of_conversation)
    stands = select(N.key).where(N.posted_to == found[1], N.ts == f"{found[2]}.{found[3]}")
    told = list(
        tx.execute(
            select(N.kind, N.object_id).where(or_(N.key.in_(stands), N.told_with.in_(stands))).order_by(N.id)
        )
    )
    reviews = [each.object_id for each in told if each.kind == NoticeKind.FEEDBACK]
    cards = [each.object_id for each in told if each.kind == NoticeKind.SCORECARD]
    return _submitted(tx, or_(R.id.in_(reviews), R.assignment_id.in_(cards)))


def _submitted(tx: Tx, condition: ColumnElement[bool]) -> list[int]:
    found = tx.scalars(
        select(R.id)
        .where(condition, R.submitted_at.is_not(None))
        .order_by(R.submitted_at.desc(), R.id.desc())
        .limit(NEWEST)
    )
    return list(found)
