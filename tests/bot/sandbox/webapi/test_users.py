"""users.*: who is who."""


def test_info(client, refusal):
    """users.info tells the zone and the address of a member."""
    user = client.users_info(user="U0ADA")["user"]
    assert (user["tz"], user["profile"]["email"], user["is_bot"]) == (
        "Europe/Paris",
        "ada@example.com",
        False,
    )
    assert refusal(client.users_info, user="U0NOBODY") == "user_not_found"
    assert client.users_info(user="U0EVE")["user"]["is_stranger"] is True


def test_lookup(client, refusal):
    """An address finds an active member whatever its case; others are users_not_found."""
    assert client.users_lookupByEmail(email="ADA@example.com")["user"]["id"] == "U0ADA"
    for nobody in ("gone@example.com", "eve@example.com", "x@example.com"):
        assert refusal(client.users_lookupByEmail, email=nobody) == "users_not_found"


def test_list(client):
    """users.list has the workspace's own members, bots and deactivated ones included."""
    ids = {user["id"] for user in client.users_list()["members"]}
    assert {"U0ADA", "U0GONE", "U0ROBO"} <= ids
    assert "U0EVE" not in ids


def test_addresses_need_their_scope(new_sandbox, client_of, refusal):
    """Without users:read.email there is no address and no lookup."""
    client = client_of(new_sandbox(without_scopes=frozenset({"users:read.email"})))
    assert "email" not in client.users_info(user="U0ADA")["user"]["profile"]
    assert refusal(client.users_lookupByEmail, email="ada@example.com") == "missing_scope"
