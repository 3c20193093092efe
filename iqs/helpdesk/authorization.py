"""How a request says who we are, where several helpdesks want it said alike."""

import base64

from pydantic import SecretStr


def basic(user: str, password: str) -> dict[str, str]:
    """The header of HTTP's Basic scheme (RFC 7617), UTF-8."""
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def bearer(token: SecretStr) -> dict[str, str]:
    """The header of a bearer token (RFC 6750)."""
    return {"Authorization": f"Bearer {token.get_secret_value()}"}
