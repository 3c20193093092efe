"""Conversations in the database: stored as imported, found by id, by agent and period."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from itertools import zip_longest
from typing import Any

from sqlalchemy import bindparam, case, delete, func, select, update

from iqs.conversations import STAFF, Basis, Conversation, Customer, HelpdeskAgent, SurveyAnswer
from iqs.errors import NotFound
from iqs.people import RevieweeRule, Role
from iqs.sampling import Candidate
from iqs.storage import tables
from iqs.storage.prepared import Prepared
from iqs.storage.repositories import transcripts, unsettled
from iqs.storage.store import Tx

C = tables.Conversation
T = tables.Transcript
P = tables.Person
I = tables.HelpdeskIdentity  # noqa: E741 - beside C, T and P

Key = tuple[str, str]
"""(source, external id)."""


def map_agents(tx: Tx) -> int:
    """Finds the people behind conversations imported before they were known; the number of those found."""
    people = Reviewees(tx)
    unknown = tx.execute(
        select(C.source, C.agent_external_id, C.agent_name, C.agent_email)
        .where(C.reviewee_id.is_(None), C.agent_external_id.is_not(None))
        .distinct()
    ).all()
    mapped = 0
    for source, agent_id, name, email in unknown:
        person = people.of(source, HelpdeskAgent(str(agent_id), name, email))
        if person is not None:
            done = tx.execute(
                update(C)
                .where(
                    C.source == source,
                    C.agent_external_id == agent_id,
                    C.agent_email.is_not_distinct_from(email),
                    C.reviewee_id.is_(None),
                )
                .values(reviewee_id=person)
                .returning(C.id)
            )
            found = done.scalars().all()
            unsettled.add(tx, found)
            mapped += len(found)
    return mapped


def unredacted(tx: Tx) -> frozenset[int]:
    """People all of whose teams have switched off the redaction of personal data."""
    M, each = tables.Membership, tables.Team  # noqa: N806 - a table, as C is
    found = tx.execute(
        select(M.person_id)
        .join(each, each.id == M.team_id)
        .group_by(M.person_id)
        .having(func.sum(case((each.redacts.is_(True), 1), else_=0)) == 0)
    )
    return frozenset(found.scalars())


class Reviewees:
    """Who a helpdesk's agent is here: by helpdesk id, else by the e-mail of one active person; never by name."""

    def __init__(self, tx: Tx) -> None:
        self._by_id = {
            (source, external_id): person
            for source, external_id, person in tx.execute(select(I.source, I.external_id, I.person_id))
        }
        self._by_email: dict[str, int | None] = {}
        for email, person in tx.execute(
            select(func.lower(P.email), P.id).where(P.email.is_not(None), P.active.is_(True))
        ):
            self._by_email[email] = None if email in self._by_email else person

    def of(self, source: str, agent: HelpdeskAgent | None) -> int | None:
        """The person's id; None when nobody is known for certain."""
        if agent is None:
            return None
        known = self.by_id(source, agent.id)
        if known is None and agent.email:
            return self._by_email.get(agent.email.lower())
        return known

    def by_id(self, source: str, external_id: str) -> int | None:
        """The person with this helpdesk id; an id given for this very helpdesk goes first."""
        known = self._by_id.get((source, external_id))
        return self._by_id.get(("", external_id)) if known is None else known


def get(tx: Tx, conversation_id: int) -> Conversation:
    """The conversation with its messages. Raises NotFound."""
    found = get_many(tx, [conversation_id])
    if not found:
        raise NotFound("There is no such conversation (any more).")
    return found[conversation_id]


def get_many(tx: Tx, conversation_ids: Iterable[int]) -> dict[int, Conversation]:
    """The conversations with their messages, by id; unknown ids are absent."""
    rows = tx.execute(
        select(C.__table__, T.messages)
        .outerjoin(T, T.conversation_id == C.id)
        .where(C.id.in_(list(conversation_ids)))
    )
    return {row.id: _conversation(row) for row in rows}


def by_key(tx: Tx, source: str, external_id: str) -> int | None:
    """The id of the conversation known by this key in its helpdesk, None if it was never imported."""
    return tx.execute(
        select(C.id).where(C.source == source, C.external_id == external_id)
    ).scalar_one_or_none()


def key_of_missing(tx: Tx, conversation_id: int) -> tuple[str, str, bool] | None:
    """Source, external id and whether it was deleted there, of a conversation without text; None when it has one."""
    row = tx.execute(
        select(C.source, C.external_id, C.deleted_at)
        .outerjoin(T, T.conversation_id == C.id)
        .where(C.id == conversation_id, T.conversation_id.is_(None))
    ).one_or_none()
    return None if row is None else (row.source, row.external_id, row.deleted_at is not None)


def purge(tx: Tx, conversation_id: int, *, now: datetime) -> bool:
    """Deletes its text, subject, link and customer and marks it as deleted; False if that was done before."""
    done = tx.execute(
        update(C)
        .where(C.id == conversation_id, C.deleted_at.is_(None))
        .values(
            deleted_at=now, subject=None, url=None, customer_id=None, customer_name=None, customer_email=None
        )
        .returning(C.id)
    ).one_or_none()
    tx.execute(delete(T).where(T.conversation_id == conversation_id))
    if done is not None:
        unsettled.add(tx, [conversation_id])
    return done is not None


def rules(tx: Tx) -> dict[int, RevieweeRule]:
    """The rule of each agent's team, where it is not the assignee; of several teams the first by id counts."""
    M, each = tables.Membership, tables.Team  # noqa: N806 - a table, as C is
    found = tx.execute(
        select(M.person_id, each.reviewee_rule)
        .join(each, each.id == M.team_id)
        .where(M.role == Role.AGENT)
        .order_by(each.id.desc())
    )
    told = {person: RevieweeRule(rule) for person, rule in found}
    return {person: rule for person, rule in told.items() if rule is not RevieweeRule.ASSIGNEE}


def assignees(tx: Tx) -> list[int]:
    """Everybody who may be a conversation's assignee."""
    return list(tx.scalars(select(P.id)))


def agent(tx: Tx, source: str, external_id: str) -> int | None:
    """The person of a helpdesk's agent who was found by e-mail, as some conversation's assignee."""
    return _People.mapped(tx, source, external_id)


def unmapped(tx: Tx, *, starts_at: datetime, ends_at: datetime) -> int:
    """How many conversations closed in [starts_at, ends_at) have an agent that nobody here is known to be."""
    return tx.execute(
        select(func.count())
        .select_from(C)
        .where(C.reviewee_id.is_(None), C.closed_at >= starts_at, C.closed_at < ends_at)
    ).scalar_one()


_OF_SEVERAL = select(C.id, C.source, C.external_id, C.participants, C.reviewee_id, C.agent_external_id).where(
    C.id.in_(bindparam("ids", expanding=True))
)
_PARTICIPANTS = Prepared(
    lambda _: select(C.source, C.participants, C.reviewee_id).where(C.id == bindparam("id"))
)

AT_ONCE = 5_000
"""Conversations in one statement."""


def candidates(tx: Tx, reviewees: Mapping[int, int]) -> list[Candidate]:
    """Conversations (ids) as they are shared out: whose work each is (`reviewees`), and who took part besides."""
    ids = list(reviewees)
    found: list[Any] = []
    for start in range(0, len(ids), AT_ONCE):
        found += tx.execute(_OF_SEVERAL, {"ids": ids[start : start + AT_ONCE]}).all()
    others = {
        row.id: [each for each in row.participants if each != row.agent_external_id]
        for row in found  # the agent is known: it is the assignee
    }
    known = _People(tx, {(row.source, each) for row in found for each in others[row.id]})
    return [
        Candidate(
            conversation_id=row.id,
            key=f"{row.source}:{row.external_id}",
            reviewee_id=reviewees[row.id],
            participants=known.of(row.source, others[row.id], row.reviewee_id) | {reviewees[row.id]},
        )
        for row in found
    ]


def participants(tx: Tx, conversation_id: int) -> frozenset[int]:
    """Ids of the people who worked on a conversation, its reviewee included."""
    row = _PARTICIPANTS.one(tx, id=conversation_id)
    if row is None:
        return frozenset()
    known = _People(tx, {(row.source, each) for each in row.participants})
    return known.of(row.source, row.participants, row.reviewee_id)


_IDENTITIES = select(I.source, I.external_id, I.person_id)
_OF_MANY = _IDENTITIES.where(I.external_id.in_(bindparam("ids", expanding=True)))
FEW = tuple(f"id{number}" for number in range(6))
_OF_FEW = Prepared(lambda _: _IDENTITIES.where(I.external_id.in_([bindparam(name) for name in FEW])))


class _People:
    """The people behind some helpdesk ids: by the id, else as the agent of a conversation mapped by e-mail."""

    def __init__(self, tx: Tx, keys: Collection[Key]) -> None:
        ids = list({external_id for _, external_id in keys})
        if len(ids) <= len(FEW):  # as in nearly every conversation; each click asks
            rows = _OF_FEW.all(tx, **dict(zip_longest(FEW, ids)))
        else:
            rows = tx.execute(_OF_MANY, {"ids": ids}).all()
        given = {(row.source, row.external_id): row.person_id for row in rows}
        self._known: dict[Key, int | None] = {}
        for source, external_id in keys:
            found = given.get((source, external_id), given.get(("", external_id)))
            self._known[source, external_id] = found or self.mapped(tx, source, external_id)

    def of(self, source: str, external_ids: Iterable[str], reviewee_id: int | None) -> frozenset[int]:
        found = {self._known[source, each] for each in external_ids} | {reviewee_id}
        return frozenset(each for each in found if each is not None)

    @staticmethod
    def mapped(tx: Tx, source: str, external_id: str) -> int | None:
        return tx.execute(
            select(C.reviewee_id)
            .where(C.agent_external_id == external_id, C.source == source, C.reviewee_id.is_not(None))
            .limit(1)
        ).scalar_one_or_none()


def _conversation(row: Any) -> Conversation:
    customer = Customer(row.customer_id, row.customer_name, row.customer_email)
    messages = transcripts.read(row.messages)
    told = {each.author_id for each in messages if each.author in STAFF} | {row.agent_external_id}
    return Conversation(
        source=row.source,
        external_id=row.external_id,
        channel=row.channel,
        messages=messages,
        subject=row.subject,
        url=row.url,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        agent=HelpdeskAgent(row.agent_external_id, row.agent_name, row.agent_email)
        if row.agent_external_id is not None
        else None,
        customer=None if customer == Customer() else customer,
        csat=row.csat and SurveyAnswer(*map(Fraction, row.csat)),
        ces=row.ces and SurveyAnswer(*map(Fraction, row.ces)),
        bot_rating=row.bot_rating and SurveyAnswer(*map(Fraction, row.bot_rating)),
        first_response_seconds=row.first_response_seconds,
        first_response_basis=row.first_response_basis and Basis(row.first_response_basis),
        handle_seconds=row.handle_seconds,
        handle_basis=row.handle_basis and Basis(row.handle_basis),
        reopens=row.reopens,
        tags=tuple(row.tags),
        language=row.language,
        others=tuple(each for each in row.participants if each not in told),
        updated_at=row.updated_at,
    )
