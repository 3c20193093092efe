"""Who may know whom, and that a hidden name is hidden in every word."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs import anonymity
from iqs.bodies import Line, Run, plain
from iqs.conversations import Author, Conversation, HelpdeskAgent, Message
from iqs.people import Person, Role, Team

TEAM = Team(10, "Support", hides_agent=True, shows_reviewer=False)
ADA = Person(1, "Ada Lovelace-King", "ada.king@example.com", "U0ADA", roles={10: frozenset({Role.AGENT})})


def reader(*roles, team=10, id_=9):
    return Person(id_, "Reader", roles={team: frozenset(roles)})


@pytest.mark.parametrize(
    ("who", "knows"),
    [
        (None, True),
        (reader(Role.REVIEWER), False),
        (reader(Role.AGENT), False),
        (reader(Role.AUDITOR), False),
        (reader(Role.LEAD), True),
        (reader(Role.LEAD, Role.REVIEWER), True),
        (reader(Role.LEAD, team=20), False),
        (reader(Role.ADMIN, team=20), True),
        (reader(Role.AGENT, id_=1), True),
    ],
)
def test_leads_and_admins_and_oneself_know(who, knows):
    """Nobody else does, in both directions; a team that hides nothing hides it from nobody."""
    assert anonymity.may_know_agent(TEAM, who, 1) is knows
    assert anonymity.may_know_reviewer(TEAM, who, 1) is knows
    open_team = replace(TEAM, hides_agent=False, shows_reviewer=True)
    assert anonymity.may_know_agent(open_team, who, 1)
    assert anonymity.may_know_reviewer(open_team, who, 1)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Best,\nAda Lovelace-King", "Best,\nAgent"),
        ("I am Ada, hi.", "I am Agent, hi."),
        ("ADA!", "Agent!"),
        ("hi ada, are you there?", "hi Agent, are you there?"),
        ("thanks\nada\n", "thanks\nAgent\n"),
        ("Write to Ada.King@Example.com now", "Write to Agent now"),
        ("ada lovelace-king", "Agent"),
        ("Ask U0ADA about it", "Ask Agent about it"),
        ("Canada and Adaptor stay", "Canada and Adaptor stay"),
    ],
)
def test_a_name_is_hidden_however_it_is_written(said, shown):
    """Whole, in part, in capitals, after a greeting, alone on a line, in an address; never inside another word."""
    assert anonymity.mask_of(ADA)(said) == shown


def test_a_word_that_is_a_name_stays_a_word():
    """Small and in the middle of a sentence "will" is a word; after a greeting it is Will."""
    hide = anonymity.mask(["Will May"])
    assert hide("I will, and you may. Hello will! Will said so.") == (
        "I will, and you may. Hello Agent! Agent said so."
    )


def test_names_without_capitals_are_hidden_too():
    """In a script without capitals and spaces a name stands inside the sentence."""
    assert anonymity.mask(["山田"])("私は山田です") == "私はAgentです"


@given(st.text(max_size=60), st.text(max_size=20))
def test_nothing_breaks_and_the_name_is_gone(text, name):
    """Whatever a name or a text holds, the whole name is not in what is left."""
    made = anonymity.mask([name])(text)
    word = name.strip()
    if len(word) > 5 and word.isalpha() and word.isascii():
        assert not [each for each in made.split() if each.lower() == word.lower()]


def test_a_conversation_is_hidden_in_all_its_parts():
    """Subject, tags, plain and styled words, links, who wrote it, and where it stands in the helpdesk."""
    body = (
        Line((Run("I am "), Run("Ada", bold=True), Run(" "), Run("Lovelace-King", italic=True))),
        Line((Run("my page", link="https://example.com/people/ada.king@example.com"),)),
        Line((Run("A"), Run("da", bold=True))),
    )
    told = Conversation(
        "desk", "1", "email",
        (Message(Author.AGENT, plain(body), author_id="h1", body=body), Message(Author.CUSTOMER, "Dear Ada K.")),
        subject="For Ada", url="https://desk.example.com/1", tags=("ada.king@example.com",),
        agent=HelpdeskAgent("h1", "A. Lovelace", "al@desk.example.com"),
    )  # fmt: skip
    hidden = anonymity.conversation(told, anonymity.mask_of(ADA, told))
    drawn = str(hidden).lower()
    for word in ("ada", "lovelace", "king", "al@desk"):
        assert word not in drawn.replace("readable", "")
    assert hidden.url is None
    assert all(each.body is None or each.text == plain(each.body) for each in hidden.messages)
