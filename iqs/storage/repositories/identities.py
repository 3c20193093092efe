"""Who is who in the helpdesks. An id given without a helpdesk's name counts in every helpdesk."""

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, exists, insert, or_, select, update

from iqs.storage import tables
from iqs.storage.repositories import unsettled
from iqs.storage.store import Tx

H = tables.HelpdeskIdentity
C = tables.Conversation


def anywhere(tx: Tx) -> dict[str, int]:
    """Person by helpdesk id, of the ids given without a helpdesk's name."""
    found = tx.execute(select(H.external_id, H.person_id).where(H.source == ""))
    return {row.external_id: row.person_id for row in found}


def give(tx: Tx, ids: Mapping[str, int]) -> None:
    """Adds helpdesk ids (external id → person)."""
    if ids:
        rows = [{"source": "", "external_id": each, "person_id": person} for each, person in ids.items()]
        tx.execute(insert(H), rows)


def take(tx: Tx, ids: Iterable[str]) -> None:
    """Removes helpdesk ids; conversations that nobody was asked to review yet belong to nobody again."""
    for each in ids:
        tx.execute(delete(H).where(H.source == "", H.external_id == each))
        touched = or_(
            exists().where(tables.Assignment.conversation_id == C.id),
            exists().where(tables.Review.conversation_id == C.id),
        )
        free = update(C).where(C.agent_external_id == each, ~touched).values(reviewee_id=None)
        unsettled.add(tx, tx.scalars(free.returning(C.id)).all())
