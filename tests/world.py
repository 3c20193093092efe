"""A small team with closed conversations, made through the services that people use."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from iqs.files.scorecards import preset
from iqs.services import drawing, enrolling, importing, publishing, reviewing
from iqs.storage.store import Store

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)  # the Monday after the week that is drawn
WEEK = "2026-W46"

PEOPLE = """team,email,name,roles,slack_user_id,helpdesk_id
Support,ada@example.com,Ada,agent,U1,h1
Support,ben@example.com,Ben,agent,U2,h2
Support,cleo@example.com,Cleo,agent reviewer,U3,h3
Support,rosa@example.com,Rosa,reviewer,U4,h4
Support,lea@example.com,Lea,lead,U5,
Support,max@example.com,Max,admin,U6,
Support,otto@example.com,Otto,auditor,U7,
Sales,vera@example.com,Vera,agent reviewer,U8,h8
"""


def conversation(number, agent, *, at, others=()):
    """One closed conversation of the import contract; `others` also wrote in it as agents."""
    messages = [
        {"author": "customer", "text": f"Question {number}"},
        {"author": "agent", "author_id": agent, "text": f"Answer {number}"},
        *({"author": "agent", "author_id": other, "text": "Let me help"} for other in others),
    ]
    return {
        "id": f"c{number}",
        "source": "demo",
        "channel": "email",
        "subject": f"Subject {number}",
        "opened_at": (at - timedelta(hours=1)).isoformat(),
        "closed_at": at.isoformat(),
        "agent": {"id": agent},
        "messages": messages,
    }


@dataclass
class World:
    """A store with the team in it, and the people by their first name."""

    store: Store

    def __getattr__(self, name):
        found = enrolling.identify(self.store, SLACK[name])
        assert found is not None
        return found

    def import_(self, *records, now=MONDAY):
        lines = [json.dumps(record).encode() for record in records]
        return importing.import_conversations(self.store, lines, now=now)

    def draw(self, **options):
        return drawing.draw(self.store, "Support", WEEK, now=MONDAY, **options)

    def tasks(self, person):
        return [each.assignment_id for each in reviewing.waiting(self.store, person)]

    def rate_all(self, person, task, value=None, now=MONDAY):
        """Rates every category with `value`, the best without one."""
        card = reviewing.open_card(self.store, person, task)
        for category in card.scorecard.categories:
            chosen = category.scale.points if value is None else value
            reviewing.rate(self.store, person, task, category.key, chosen, now=now)
        return reviewing.open_card(self.store, person, task)


SLACK = {
    "ada": "U1",
    "ben": "U2",
    "cleo": "U3",
    "rosa": "U4",
    "lea": "U5",
    "max": "U6",
    "otto": "U7",
    "vera": "U8",
}


def fill(store):
    """Support has three agents with eight conversations each in week 46, and two reviewers, one of them an agent."""
    enrolling.import_people(store, PEOPLE)
    publishing.apply_scorecard(store, preset(), ["Support", "Sales"], now=MONDAY - timedelta(days=90))
    start = datetime(2026, 11, 10, 8, tzinfo=UTC)
    World(store).import_(
        *(
            conversation(8 * place + n, agent, at=start + timedelta(hours=5 * n))
            for place, agent in enumerate(("h1", "h2", "h3"))
            for n in range(8)
        )
    )


def fill_and_draw(store):
    """The same with week 46 drawn."""
    build(store).draw(seed="s")


def build(store):
    """The world in an empty store; a test's fixture copies it with `furnish(store, fill)`."""
    fill(store)
    return World(store)
