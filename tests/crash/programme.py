"""The work of a crash run: a team that is drawn, reviewed, told and reported every week."""

import json
from datetime import UTC, datetime, time, timedelta

from iqs.scorecards import RatingCategory, RatingScale, Scorecard
from iqs.services import configuring, enrolling, importing, publishing, scheduling
from iqs.storage.store import Store

START = datetime(2026, 11, 16, 8, tzinfo=UTC)  # a Monday, when the first draw is due
WEEK = timedelta(weeks=1)
CHANNEL = "C0QUALITY"
REVIEWERS = ("U0R1", "U0R2")
AGENTS = ("U0A1", "U0A2", "U0A3", "U0A4")
ADMIN = "U0ADMIN"
QUOTA = 2
MARKERS = ("zqname", "zqmail", "zqsubject", "zqquestion", "zqanswer", "zqcustomer", "zqaddress")
"""Words that stand in personal fields and nowhere else: no log may hold one."""

VALUES = {"solution": 5, "tone": 4, "grammar": 2}
CARD = Scorecard(
    "Crash", tuple(RatingCategory(key, key.title(), RatingScale(points)) for key, points in VALUES.items())
)


def name(id_: str) -> str:
    """The name of the person with this Slack id."""
    return f"Zqname {id_}"


def email(id_: str) -> str:
    """The address of the person with this Slack id."""
    return f"zqmail.{id_.lower()}@example.com"


def people() -> str:
    """The people file."""
    rows = [
        *((f"h{id_}", id_, "agent") for id_ in AGENTS),
        *(("", id_, "reviewer") for id_ in REVIEWERS),
        ("", ADMIN, "admin lead"),
    ]
    lines = [f"Support,{email(id_)},{name(id_)},{roles},{id_},{desk}" for desk, id_, roles in rows]
    return "\n".join(["team,email,name,roles,slack_user_id,helpdesk_id", *lines]) + "\n"


def furnish(url: str, weeks: int) -> None:
    """People, a scorecard, schedules, and the conversations of all `weeks`, which begin with the one before START.

    The team works for five minutes after the draw: feedback waits for the next morning, and is gathered there.
    """
    store = Store(url)
    enrolling.import_people(store, people())
    configuring.configure(
        store, None, "Support", channel_id=CHANNEL, quota=QUOTA, opens=time(7), closes=time(8, 5),
        working_days=range(7),
    )  # fmt: skip
    publishing.apply_scorecard(store, CARD, ["Support"], now=START - WEEK)
    scheduling.ensure_schedules(store, now=START - timedelta(minutes=1))
    before = START - WEEK + timedelta(days=1)
    lines = [
        json.dumps(conversation(f"{week}-{agent}-{n}", f"h{agent}", before + week * WEEK + timedelta(minutes=n)))
        for week in range(weeks)
        for agent in AGENTS
        for n in range(QUOTA + 1)
    ]  # fmt: skip
    importing.import_conversations(store, [line.encode() for line in lines], now=START + weeks * WEEK)
    store.close()


def conversation(number: str, agent: str, closed: datetime) -> dict[str, object]:
    """A closed conversation of the agent with this helpdesk id."""
    return {
        "id": number,
        "source": "desk",
        "channel": "email",
        "subject": f"Zqsubject {number}",
        "opened_at": (closed - timedelta(hours=1)).isoformat(),
        "closed_at": closed.isoformat(),
        "agent": {"id": agent},
        "customer": {"id": number, "name": "Zqcustomer Smith", "email": "zqaddress@example.org"},
        "messages": [
            {"author": "customer", "text": "Where is it? Zqquestion"},
            {"author": "agent", "author_id": agent, "text": "Here. Zqanswer"},
        ],
    }
