"""Who a helpdesk's agent is here, said by a person who knows: never guessed from a name."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from iqs.access import Action, Installation, demand
from iqs.errors import Conflict, NotFound
from iqs.people import Person
from iqs.storage.repositories import audit, conversations, oversight, people
from iqs.storage.store import Store, Tx


@dataclass(frozen=True, slots=True)
class Mapped:
    """An agent of a helpdesk is this person from now on; `conversations` found their reviewee by it."""

    source: str
    agent: str
    person: Person
    conversations: int


def map_agent(
    store: Store, actor: Person | None, conversation_id: int, slack_user_id: str, *, now: datetime
) -> Mapped:
    """Says that the agent of this conversation is the person behind this Slack user; `actor` None: the operator.

    The same again changes nothing. Raises NotAllowed, NotFound for a conversation without an agent and for somebody
    who is not in the programme, Conflict when the agent is somebody else already.
    """
    return store.transact(partial(_map, actor, conversation_id, slack_user_id, now))


def _map(actor: Person | None, conversation_id: int, slack_user_id: str, now: datetime, tx: Tx) -> Mapped:
    if actor is not None:
        demand(actor, Action.CONFIGURE, Installation())
    row = oversight.agent_of(tx, conversation_id)
    if row is None:
        raise NotFound("This agent is not known any more. Open the App Home again.")
    person = people.by_slack_id(tx, slack_user_id)
    if person is None or not person.active or not any(person.roles.values()):
        raise NotFound(
            "This person is not in the programme yet. Add them with `iqs people import`, then map the agent again."
        )
    holder = oversight.claim_agent(tx, row.source, row.agent_external_id, person.id)
    if holder != person.id:
        raise Conflict("Somebody else has this agent's id already. It is changed with `iqs people import`.")
    found = conversations.map_agents(tx)
    audit.record(
        tx,
        at=now,
        actor_id=None if actor is None else actor.id,
        action="map",
        object="person",
        object_id=person.id,
        detail={"source": row.source, "external_id": row.agent_external_id, "conversations": found},
    )
    return Mapped(row.source, row.agent_name or row.agent_external_id, person, found)
