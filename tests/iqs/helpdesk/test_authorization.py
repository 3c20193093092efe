"""How a request says who we are."""

from pydantic import SecretStr

from iqs.helpdesk.authorization import basic, bearer


def test_basic_is_the_scheme_of_its_standard():
    """The example of RFC 7617, and letters beyond ASCII in UTF-8 (its section 2.1)."""
    assert basic("Aladdin", "open sesame") == {"Authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}
    assert basic("test", "123\u00a3") == {"Authorization": "Basic dGVzdDoxMjPCow=="}


def test_bearer_is_the_token():
    """As it is."""
    assert bearer(SecretStr("abc")) == {"Authorization": "Bearer abc"}
