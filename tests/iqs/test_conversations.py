"""Facts of a conversation, and its limits."""

from fractions import Fraction

from iqs.conversations import (
    CONVERSATION_LIMIT,
    CUT_AUTHORS_LIMIT,
    MESSAGES_LIMIT,
    Author,
    Conversation,
    HelpdeskAgent,
    Message,
    Participation,
    SurveyAnswer,
    bounded,
)


def test_participants_are_those_who_worked_on_it():
    """The agent first, then authors of agent messages and notes, each once; customers and bots are none."""
    conversation = Conversation(
        "demo",
        "1",
        "chat",
        (
            Message(Author.CUSTOMER, "hi", author_id="c1"),
            Message(Author.BOT, "hi", author_id="bot"),
            Message(Author.AGENT, "hi", author_id="a2"),
            Message(Author.AGENT, "hi"),
            Message(Author.NOTE, "hm", author_id="a3"),
            Message(Author.AGENT, "bye", author_id="a1"),
        ),
        agent=HelpdeskAgent("a1"),
    )
    assert conversation.participants == ("a1", "a2", "a3")


def answered(*authors: str | None, agent: str | None = "a1") -> Participation:
    """The participation of a conversation with an agent message of each of these."""
    messages = tuple(Message(Author.AGENT, "hi", author_id=each) for each in authors)
    return Conversation(
        "demo", "1", "chat", messages, agent=HelpdeskAgent(agent) if agent else None
    ).participation


def test_who_answered_most_and_last():
    """Of several equally busy ones the assignee counts, else the earliest; an answer by nobody is the assignee's."""
    assert answered("a2", "a3", "a3", "a2")[3:5] == ("a2", "a2")
    assert answered("a2", "a2", "a1", None)[3:5] == ("a1", "a1")
    assert answered("a2", "a3", "a3", None)[3:5] == ("a3", "a1")
    assert answered(None, None, agent=None)[3:5] == (None, None)
    assert answered()[:5] == (0, 0, ("a1",), None, None)


def test_messages_are_counted_by_who_wrote_them():
    """Notes and bots are neither customer nor agent; a bot is remembered."""
    wrote = [Author.CUSTOMER, Author.BOT, Author.NOTE, Author.AGENT, Author.CUSTOMER]
    found = Conversation("demo", "1", "chat", tuple(Message(each, "hi") for each in wrote)).participation
    assert (found.customer_messages, found.agent_messages, found.bot_involved) == (2, 1, True)


def test_a_survey_answer_is_a_percentage_of_its_own_scale():
    """4 on a scale of 1–5 is three quarters, exactly."""
    assert SurveyAnswer(Fraction(4), Fraction(1), Fraction(5)).percent == 75


def test_short_conversations_stay_whole():
    """Within the limits nothing is added or taken."""
    messages = tuple(Message(Author.CUSTOMER, str(number)) for number in range(50))
    assert bounded(messages) == messages


def test_a_flood_of_messages_ends_in_a_note():
    """Beyond the number of messages the rest is counted in an internal note."""
    kept = bounded(Message(Author.CUSTOMER, "abc") for _ in range(MESSAGES_LIMIT + 7))
    assert len(kept) == MESSAGES_LIMIT + 1
    assert kept[-1] == Message(Author.NOTE, "… (cut: 7 messages with 21 characters left out)")


def test_a_flood_of_text_ends_in_a_note():
    """Beyond the characters of a conversation no later message slips in, however short."""
    long = Message(Author.AGENT, "x" * 20_000)
    kept = bounded([long] * (CONVERSATION_LIMIT // 20_000) + [long, Message(Author.CUSTOMER, "short")])
    assert kept[-1].text == "… (cut: 2 messages with 20,005 characters left out)"
    assert sum(len(each.text) for each in kept[:-1]) == CONVERSATION_LIMIT


def test_who_wrote_only_in_what_is_cut_took_part():
    """A flood by the customer makes nobody a stranger to a conversation they answered."""
    flood = [Message(Author.AGENT, "hi", author_id="a1")]
    flood += [Message(Author.CUSTOMER, "x" * 20_000)] * (CONVERSATION_LIMIT // 20_000)
    answers = [Message(Author.AGENT, "Sorry!", author_id=each) for each in ("a1", "a2", "a2")]
    others = [Message(Author.NOTE, "n", author_id=f"n{each}") for each in range(CUT_AUTHORS_LIMIT + 5)]
    kept = bounded([*flood, *answers, *others, Message(Author.CUSTOMER, "?", author_id="c1")])
    participants = Conversation("demo", "1", "chat", kept).participants
    assert participants[:3] == ("a1", "a2", "n0")
    assert len(participants) == 1 + CUT_AUTHORS_LIMIT
    assert kept[-1].text.startswith("… (cut: 110 messages")
