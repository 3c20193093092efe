"""Personal data is found by its form and by the record; what only looks like it stays."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs.privacy import redact


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("write to ann.lee+shop@mail.example.com!", "write to [e-mail]!"),
        ("<ann@müller.example>", "<[e-mail]>"),
        ("call +49 (0)30 123-45678 please", "call [phone] please"),
        ("call 030/1234567 or (030) 123 456", "call [phone] or [phone]"),
        ("01701234567 0049 170 1234567", "[phone] [phone]"),
        ("tel 555-123-4567.", "tel [phone]."),
        ("card 4111 1111 1111 1111, cvc", "card [card], cvc"),
        ("4012-8888-8888-1881", "[card]"),
        ("DE89 3704 0044 0532 0130 00 is mine", "[IBAN] is mine"),
        ("GB82WEST12345698765432", "[IBAN]"),
        ("IBAN DE89 3704 0044 0532 0130 00 OK THANKS", "IBAN [IBAN] OK THANKS"),
        ("my iban de89370400440532013000 ok", "my iban [IBAN] ok"),
        ("4111 1111 1111 1111 12/27", "[card] 12/27"),
        ("order 12 4111 1111 1111 1111", "order 12 [card]"),
        ("https://x.example/?to=ann%40lee.example&x=1", "https://x.example/?to=[e-mail]&x=1"),
        ("call +49\u00a030\u202f1234567, or 555\u2011123\u20114567", "call [phone], or [phone]"),
        ("\uff14\uff11\uff11\uff11 1111\u00a01111\u00a01111", "[card]"),
        ("\u0660\u0665\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667", "[phone]"),
        ("ann\uff20lee.example", "[e-mail]"),
        ("from 192.168.0.12 and 2001:db8::8a2e:370:7334", "from [IP] and [IP]"),
    ],
)
def test_personal_data_is_marked(text, redacted):
    """Each kind is found by its form and its check digits."""
    assert redact(text)[0] == redacted


@pytest.mark.parametrize(
    "text",
    [
        "order 100234567 from 2026-11-20 at 10:30:45",
        "order #0123456789, ticket LK-10400, LK477827",
        "01/02/2026 or 1.2.2026 or 20.11.2026",
        "it costs 1.234.567,00 EUR or 1,234,567.89 or 34.90",
        "version 10.2.0.1 and v2.1.0.4 and 0.0.0.0",
        "4111 1111 1111 1112 fails its check",
        "XK051212012345678907 fails too",
        "0000 0000 0000 0000",
        "58 mm, 93 degrees, 1:16, 18.5 g, 9 bar",
        "open 9-12 and 13-17, call 110",
        "user@ host, @here, a@b",
        "https://help.example/conversations/123456789",
    ],
)
def test_what_only_looks_like_it_stays(text):
    """Order numbers, dates, prices and versions are what a reviewer needs to read."""
    assert redact(text) == (text, 0)


def test_the_known_customer_is_marked():
    """Name, its parts and address of the record's own customer go, other words that contain them stay."""
    text = "Hi Ann Lee, Ann! Annual fee for LEE-house, Lee. I am anna@x.test"
    assert redact(text, names=["Ann Lee"], emails=["ANNA@x.test"]) == (
        "Hi [name], [name]! Annual fee for LEE-house, [name]. I am [e-mail]",
        4,
    )


@pytest.mark.parametrize(
    ("name", "text", "redacted"),
    [
        ("MARIA LIND", "I am Maria Lind, Maria.", "I am [name], [name]."),
        ("maria lind", "maria and Maria", "[name] and [name]"),
        (
            "Eva von Stein",
            "Frau Stein hat von der Lieferung gehört",
            "Frau [name] hat von der Lieferung gehört",
        ),
        ("Maria Lind", "MARIA LIND, Maria\u00a0Lind", "[name], [name]"),
        ("Sean O'Brien", "O\u2019Brien here", "[name] here"),
        ("王小明", "王小明您好", "[name]您好"),
        ("王明", "您好王明", "您好[name]"),
        ("김민수", "김민수는 왔다", "[name]는 왔다"),
        ("지수", "투자지수는", "투자지수는"),
        ("สมชาย", "สวัสดีคุณสมชายครับ", "สวัสดีคุณ[name]ครับ"),
        ("Guest 4711", "Dear guest, Guest, order 4711", "Dear guest, Guest, order 4711"),
        ("The Mail Card", "The [e-mail] or [card] of Mail", "The [e-mail] or [card] of [name]"),
        ("[name]", "a name [name]", "a name [name]"),
    ],
)
def test_a_name_is_found_as_people_write_it(name, text, redacted):
    """Records shout or whisper, and not every script parts its words; particles, titles, placeholders are no name."""
    assert redact(text, names=[name])[0] == redacted


def test_short_parts_of_a_name_are_left():
    """Two letters are too common a word to be taken for a name."""
    assert redact("Go to Bo", names=["Bo Li", ""]) == ("Go to Bo", 0)


@given(st.text(max_size=200), st.lists(st.text(alphabet="ABab é", max_size=8), max_size=3))
def test_redacting_again_finds_nothing(text, names):
    """Marks are not data, so the second pass has no work."""
    once, _ = redact(text, names=names)
    assert redact(once, names=names) == (once, 0)


@given(
    st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8})?", fullmatch=True),
    st.from_regex(r"[a-z]{2,8}\.(com|org|example)", fullmatch=True),
)
def test_no_address_survives(name, host):
    """An address is found wherever it stands in a sentence."""
    text, count = redact(f"Mail ({name}@{host}), or {name}@{host}.")
    assert "@" not in text
    assert count == 2


@pytest.mark.parametrize("piece", ["a@", "1 ", "1.", "a.", "+1", "AA11", ":", "0-", "(12)", "a@b."])
def test_long_text_takes_a_moment(piece):
    """Redaction is linear: 100,000 characters of near misses, and none takes minutes as quadratic work would."""
    started = time.process_time()
    redact(piece * (100_000 // len(piece)), names=["Ann Lee"])
    assert time.process_time() - started < 5
