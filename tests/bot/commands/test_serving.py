"""The processes that live: how many connections they open, and who may stand beside whom."""

import logging

import pytest

from bot.commands.opening import now
from bot.commands.serving import _count_sockets
from iqs.replicas import ReplicaKind
from iqs.services import living


@pytest.mark.parametrize("number", [1, 3])
def test_as_many_connections_as_the_setting_says(app, slack, number):
    """SOCKET_CONNECTIONS, each its own."""
    app.settings.socket_connections = number
    app.connect()
    assert len({handler.client.session_id() for handler in app._sockets}) == number


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_more_connections_than_slack_allows_are_told(store, caplog):
    """Ten over all processes: the sixth process with two each is one too many, and is told what to set."""
    caplog.set_level(logging.WARNING)
    for process in range(5):
        living.enter(store, ReplicaKind.RUN, host="h", process=process, now=now())
    living.enter(store, ReplicaKind.WORKER, host="h", process=9, now=now())
    _count_sockets(store, each=2)
    assert not caplog.records
    living.enter(store, ReplicaKind.RUN, host="h", process=6, now=now())
    _count_sockets(store, each=2)
    assert "6 `iqs run` with 2" in caplog.text
    assert "SOCKET_CONNECTIONS" in caplog.text
