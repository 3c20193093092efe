"""A sender on the small team's workspace, without the quarantine's minute and the second between posts."""

from datetime import timedelta

import pytest
from slack_sdk import WebClient

from bot.delivery import Delivery
from bot.sandbox import Sandbox
from iqs.reviews import UNDO_WINDOW
from iqs.services import enrolling, reviewing

NONE = timedelta(0)
REVIEWERS = ("U0RITA", "U0OMAR")


@pytest.fixture
def sender(slack, programme, now):
    """Makes a Delivery on a workspace; a post that takes longer than `patience` seconds has failed."""
    made = []

    def make(workspace: Sandbox = slack, *, patience=60, **more):
        token, url = workspace.bot_token, workspace.api_url
        workspace.clock.now = now  # one time for both, however far a test moves it
        poster = WebClient(token=token, base_url=url, timeout=patience, retry_handlers=[])
        reader = WebClient(token=token, base_url=url, timeout=60, retry_handlers=[])
        settings = {"quarantine": NONE, "spacing": 0, **more}
        made.append(Delivery(store=programme, poster=poster, reader=reader, now=now, **settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def send(now):
    """Steps until nothing should move any more, the programme's time running ahead."""

    def run(made, rounds=12, seconds=70):
        for _ in range(rounds):
            made.step()
            now.move(seconds=seconds)

    return run


@pytest.fixture
def drawn(programme, open_for):
    """How many scorecards each reviewer must get."""
    return {user: len(open_for(user)) for user in REVIEWERS}


@pytest.fixture
def told():
    """How many messages stand in people's direct messages, the reviewers' without names."""
    return lambda slack, *users: {user: len(slack.driver(user).dm()) for user in users or REVIEWERS}


@pytest.fixture
def submitted(programme, now, open_for):
    """A submitted review, its feedback due."""
    rita = enrolling.identify(programme, "U0RITA")
    number = next(
        each
        for each in open_for("U0RITA")
        if reviewing.open_card(programme, rita, each).reviewee_name == "Ada Agent"
    )
    for category in reviewing.open_card(programme, rita, number).scorecard.categories:
        reviewing.rate(programme, rita, number, category.key, category.scale.points, now=now())
    card = reviewing.submit(programme, rita, number, now=now())
    now.move(seconds=UNDO_WINDOW.total_seconds())
    return card
