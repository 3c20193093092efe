"""Socket Mode: tickets, ten connections, each payload to exactly one."""

import json
from contextlib import ExitStack

import httpx
import pytest
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect


@pytest.fixture
def open_url(sandbox):
    """A fresh WebSocket address."""

    def make():
        headers = {"authorization": f"Bearer {sandbox.app_token}"}
        return httpx.post(f"{sandbox.api_url}apps.connections.open", headers=headers).json()["url"]

    return make


def test_hello(open_url):
    """A ticket opens one WebSocket, which says hello; a second use and a wrong one are refused."""
    url = open_url()
    with connect(url) as socket:
        hello = json.loads(socket.recv(timeout=60))
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    for wrong in (url, url.replace("ticket=", "ticket=x")):
        with pytest.raises(WebSocketException), connect(wrong) as socket:
            socket.recv(timeout=60)


def test_ten_connections(open_url):
    """The eleventh connection is told that there are too many."""
    with ExitStack() as ten:
        for _ in range(10):
            ten.enter_context(connect(open_url()))
        with connect(open_url()) as socket:
            assert json.loads(socket.recv(timeout=60)) == {
                "type": "disconnect",
                "reason": "too_many_websockets",
            }


def test_each_payload_to_one(sandbox, client, ada, hang_up):
    """Two connections share the payloads; none is delivered twice."""
    seen = []

    def listen(name):
        connection = SocketModeClient(app_token=sandbox.app_token, web_client=client)

        def take(this, request):
            seen.append((name, request.payload["text"]))
            this.send_socket_mode_response(SocketModeResponse(request.envelope_id, {"text": "ok"}))

        connection.socket_mode_request_listeners.append(take)
        connection.connect()
        return connection

    connections = [listen("one"), listen("two")]
    ada.wait_for(lambda: len(sandbox._courier.socket_mode._connections) == 2)
    for number in range(6):
        assert ada.command(f"/iqs {number}").ok
    hang_up(*connections)
    assert sorted(text for _, text in seen) == list("012345")
    assert [name for name, _ in seen].count("one") == 3


def test_reconnects(sandbox, client, ada, hang_up):
    """Asked to refresh, the SDK's client comes back by itself."""
    connection = SocketModeClient(app_token=sandbox.app_token, web_client=client, ping_interval=0.2)
    connection.connect()
    ada.wait_for(lambda: sandbox.connected)
    first = sandbox._courier.socket_mode._connections[0]
    sandbox.refresh_connections()
    ada.wait_for(lambda: sandbox.connected and sandbox._courier.socket_mode._connections[0] is not first)
    hang_up(connection)
