"""What Prometheus reads: true figures, few labels, nobody's name."""

import re
import urllib.request
from urllib.error import HTTPError

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from blocks import ids
from bot.side_door import SideDoor
from iqs.errors import Unavailable
from iqs.services import overseeing
from iqs.storage import tables

NAMES = ("Rita", "Omar", "Ada", "Ben", "Lena", "Support", "example.com", "U0RITA")


def samples(page):
    """{(name, sorted labels): value} of an exposition."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


def value(app, name, **labels):
    return samples(app.metrics.page()).get((name, tuple(sorted(labels.items()))))


def rate(dispatch, payloads, task, user="U0RITA"):
    return dispatch(payloads.click(user, ids.rate_action(4), task, block=ids.rating_block("solution")))


def test_requests_are_counted_and_timed(app, dispatch, payloads, open_for):
    """A click that was done, one of a stranger, one that was refused; and how long the answers took."""
    task = open_for("U0RITA")[0]
    assert rate(dispatch, payloads, task).status == 200
    rate(dispatch, payloads, task, user="U0STRANGER")
    dispatch(payloads.home("U0RITA"))
    assert value(app, "iqs_requests_total", kind="click", outcome="done") == 1
    assert value(app, "iqs_requests_total", kind="click", outcome="stranger") == 1
    assert value(app, "iqs_requests_total", kind="event", outcome="done") == 1
    assert value(app, "iqs_ack_seconds_count", kind="click") == 2
    assert 0 < value(app, "iqs_ack_seconds_sum", kind="click") < 60


def test_the_outbox_is_measured(app):
    """What waits by kind, what is dead, how old the oldest due one is; what the sender did."""
    assert value(app, "iqs_notices", state="pending", kind="scorecard") == 6
    assert value(app, "iqs_oldest_due_seconds") >= 0
    assert value(app, "iqs_posts_total", outcome="posted") == 0
    assert value(app, "iqs_database_up") == 1
    assert value(app, "iqs_slack_refuses") == 0


def test_schedule_runs_are_counted(app, now):
    """Each run of the clock counts by kind and outcome."""
    now.move(days=8)
    app.clock.tick()
    found = samples(app.metrics.page())
    assert sum(number for (name, _), number in found.items() if name == "iqs_schedule_runs_total") >= 2


def test_without_the_database_the_process_still_tells(app, monkeypatch):
    """A scrape never fails: what needs the database is left out, and that it is out is said."""

    def out(*_, **__):
        raise Unavailable("out")

    monkeypatch.setattr("bot.metrics.overseeing.figures", out)
    assert value(app, "iqs_database_up") == 0
    assert value(app, "iqs_notices", state="pending", kind="scorecard") is None
    assert value(app, "iqs_posts_total", outcome="posted") == 0


def test_no_label_names_anybody(app, dispatch, payloads, open_for, programme):
    """Labels are few words of ours: no person, no team, no address."""
    rate(dispatch, payloads, open_for("U0RITA")[0])
    with programme.write() as tx:
        tx.execute(update(tables.Notice).values(state="dead", error="Rita's own words"))
    page = app.metrics.page().decode()
    assert not [name for name in NAMES if name in page]
    labels = set(re.findall(r'(\w+)="', page))
    assert labels <= {"kind", "state", "outcome", "helpdesk", "le"}
    assert len(page.splitlines()) < 300


def test_many_scrapes_are_one_look(app, monkeypatch):
    """However often somebody asks, the database is looked at once in five seconds."""
    looks = []
    figures = overseeing.figures

    def looked(*arguments, **named):
        looks.append(arguments)
        return figures(*arguments, **named)

    monkeypatch.setattr("bot.metrics.overseeing.figures", looked)
    for _ in range(20):
        app.metrics.page()
    assert len(looks) == 1


def test_the_door_answers_at_metrics(app, free_door):
    """`iqs web` serves it beside Slack's requests, in Prometheus' own type."""
    with urllib.request.urlopen(free_door.replace("/slack/events", "/metrics")) as answer:
        assert answer.headers["content-type"].startswith("text/plain; version=")
        assert ("iqs_database_up", ()) in samples(answer.read())


@pytest.fixture
def side_door(free_port):
    """A side door with one thing out of order."""
    wrong = ["slack: token_revoked"]
    made = SideDoor(free_port, metrics=lambda: b"iqs_x 1\n", ready=lambda: wrong)
    yield made, wrong
    made.close()


def ask(port, path, method="GET"):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


def test_the_side_door_serves_those_who_serve_nobody_else(side_door):
    """A worker at METRICS_PORT: figures, alive, ready or why not; nothing else, and only GET."""
    made, wrong = side_door
    assert ask(made.port, "/metrics") == (200, b"iqs_x 1\n")
    assert ask(made.port, "/healthz") == (200, b"alive")
    assert ask(made.port, "/readyz") == (503, b"not ready: slack: token_revoked")
    wrong.clear()
    assert ask(made.port, "/readyz") == (200, b"ready")
    assert ask(made.port, "/slack/events")[0] == 404
    assert ask(made.port, "/metrics", "POST")[0] == 501


def test_a_taken_port_is_said(side_door):
    """Two processes on one port: the second says so in a sentence."""
    with pytest.raises(Unavailable, match=r"METRICS_PORT \d+ cannot be listened on"):
        SideDoor(side_door[0].port, metrics=bytes, ready=list)


def test_a_page_that_fails_ends_nothing():
    """An error in a page is a bare 500, and the next one is answered."""

    def fails():
        raise ValueError("somebody's name")

    made = SideDoor(0, metrics=fails, ready=list)
    try:
        assert ask(made.port, "/metrics") == (500, b"")
        assert ask(made.port, "/healthz") == (200, b"alive")
    finally:
        made.close()
