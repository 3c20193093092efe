"""The invented helpdesk: believable, varied, reproducible, and its story can be seen."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from iqs.conversations import Author, HelpdeskAgent
from iqs.helpdesk.demo import DemoHelpdesk, demo_conversations, story, told
from iqs.helpdesk.demo.scenarios import Level, scenarios
from iqs.helpdesk.demo.story import DIP_WEEKS, TOPICS
from iqs.text import readable

START = datetime(2026, 8, 31, tzinfo=UTC)
WEEKS = 12
END = START + timedelta(weeks=WEEKS)
GAP = re.compile(r"\{[a-z]+\}|\{[^}]*\|")
FACTS = {"order", "number", "day", "later", "far", "customer", "surname", "email", "agent"}
AGENTS = [
    HelpdeskAgent(f"a{number}", name, f"a{number}@larkfield.example")
    for number, name in enumerate(
        ["Nora Eze", "Ben Hart", "Lucía Prado", "Tom Okoye", "Mira Sand", "Jan Wolff", "Ava Lind", "Leo Park"]
    )
]


def made(seed=7, count=300, **options):
    return list(
        demo_conversations(seed=seed, agents=AGENTS, start=START, weeks=WEEKS, count=count, **options)
    )


MADE = made()


def test_the_same_seed_tells_the_same_story():
    """The demo is reproducible, and another seed is another one."""
    assert made() == MADE
    assert made(seed=8) != MADE


def test_every_conversation_is_whole():
    """Closed inside the weeks, messages in order, a customer and an agent, nothing of a template left."""
    assert len({each.external_id for each in MADE}) == len(MADE) == 300
    for each in MADE:
        times = [message.at for message in each.messages]
        assert START <= each.opened_at <= times[0] <= times[-1] <= each.closed_at < END
        assert times == sorted(times)
        authors = {message.author for message in each.messages}
        assert {Author.CUSTOMER, Author.AGENT} <= authors
        assert each.first_response_seconds > 0 < each.handle_seconds
        assert (each.channel == "phone") or each.opened_at == times[0]
        text = " ".join((each.subject, *(message.text for message in each.messages)))
        assert not GAP.search(text), each.external_id


def test_the_team_works_in_its_hours():
    """Chats and calls begin, mails are answered, and everything is closed, Monday to Saturday from 8 to 18."""
    for each in MADE:
        theirs = [m.at for m in each.messages if m.author in {Author.AGENT, Author.NOTE}]
        if each.channel != "email":
            theirs = [each.opened_at]  # what began before six in the evening is brought to its end
        for at in (*theirs, each.closed_at):
            assert 8 <= at.hour < 18, each.external_id
            assert at.weekday() < 6, each.external_id


def test_everybody_has_work_every_week():
    """Every agent closes something in nearly every week, so that the draw finds its share."""
    cells = Counter((each.agent.id, (each.closed_at - START).days // 7) for each in MADE)
    assert len(cells) >= 0.98 * len(AGENTS) * WEEKS
    assert max(cells.values()) <= 8


def test_the_text_is_clean():
    """Even the hostile ones are as the import would store them."""
    assert all(message.text == readable(message.text) for each in MADE for message in each.messages)


def test_it_is_varied():
    """All scenarios happen; two other languages, three channels, bots, notes, emoji, short and very long threads."""
    assert {told(each).scenario.key for each in MADE} == {each.key for each in scenarios()}
    assert len(scenarios()) >= 50
    assert {each.language for each in MADE} == {"en", "de", "es"}
    assert {each.channel for each in MADE} == {"email", "chat", "phone"}
    assert {message.author for each in MADE for message in each.messages} == set(Author)
    assert any("😄" in message.text for each in MADE for message in each.messages)
    lengths = Counter(len(each.messages) for each in MADE)
    assert min(lengths) == 2
    assert max(lengths) >= 30
    assert len(lengths) >= 10


def test_no_two_are_alike():
    """A reader who pages through thirty never meets a text again, and hardly a scenario twice."""
    assert len({tuple(message.text for message in each.messages) for each in MADE}) == 300
    for first in range(0, 300, 30):
        page = [told(each).scenario.key for each in MADE[first : first + 30]]
        assert len(set(page)) >= 20


def test_the_long_angry_thread():
    """One customer writes more than thirty mails before somebody has read them."""
    (thread,) = [each for each in MADE if "escalation" in each.tags]
    assert len(thread.messages) >= 30
    assert thread.messages[-1].at - thread.opened_at > timedelta(days=2)


def test_hostile_text():
    """Markup, mentions, links and right-to-left text arrive as they were written."""
    text = "\n".join(message.text for each in MADE if "security" in each.tags for message in each.messages)
    for sign in ("<!channel>", "<script>", "*READ THIS*", "<https://example.com|", "{{7*7}}", "@here", "אני"):
        assert sign in text


def test_personal_data_to_redact():
    """Customers write card numbers, phone numbers and addresses; all are reserved for fiction or tests."""
    text = "\n".join(message.text for each in MADE for message in each.messages)
    assert "4111 1111 1111 1111" in text
    assert "020 7946 0" in text
    assert set(re.findall(r"[\w.]+@([\w.]+\w)", text)) <= {
        "example.com",
        "example.net",
        "example.org",
        "larkfield.example",
    }
    for link in re.findall(r"https?://([^/\s|>]+)", text):
        assert link.endswith((".example", "example.com"))


@pytest.mark.parametrize(("quality", "level"), [(1.0, Level.GOOD), (0.0, None)])
def test_quality_is_in_the_text(quality, level):
    """What `told` reads from the words is what the agents were told to be."""
    seen = [told(each) for each in made(quality=lambda *_: quality)]
    if level:
        assert {each.level for each in seen} == {level}
    else:
        assert {each.level for each in seen if len(each.scenario.ways) > 1} == {Level.FAIR, Level.POOR}


def test_told_knows_its_own_only():
    """A conversation of another helpdesk was never told here."""
    with pytest.raises(ValueError, match="none of the demo's"):
        told(replace(MADE[0], tags=("strange",)))


def test_the_launch_comes_with_the_dip():
    """Nobody asks about the Larkfield Two before it is there; then many do."""
    launch = START + timedelta(weeks=WEEKS - DIP_WEEKS)
    asked = [each.opened_at for each in MADE if told(each).scenario.launched]
    assert min(asked) >= launch
    assert len(asked) > 0.25 * sum(each.opened_at >= launch for each in MADE)


def test_a_good_answer_makes_a_content_customer():
    """CSAT follows the text: the better the agents, the better the answers."""

    def mean(level):
        answers = [each.csat.percent for each in made(quality=lambda *_: level) if each.csat]
        assert 60 < len(answers) < 220
        return sum(answers) / len(answers)

    assert mean(1.0) > 80
    assert mean(0.5) < mean(1.0) - 10
    assert mean(0.0) < mean(0.5) - 10


def test_product_knowledge_dips_and_the_last_agent_improves():
    """The story that the digest should find."""
    quality = story(AGENTS, WEEKS)
    before, after = WEEKS - DIP_WEEKS - 1, WEEKS - DIP_WEEKS
    for agent in AGENTS[:-1]:
        assert quality(agent, after, "knowledge") < quality(agent, before, "knowledge") - 0.3
        assert quality(agent, after, "tone") == quality(agent, before, "tone")
    learner = [quality(AGENTS[-1], week, "tone") for week in range(WEEKS)]
    assert learner == sorted(learner)
    assert learner[-1] - learner[0] > 0.5


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda each: each.key)
def test_a_scenario_is_well_written(scenario):
    """A known topic, tags of its own, more than one way in, and ways at all three levels that people take part in."""
    assert scenario.topic in TOPICS
    assert [each.key for each in scenarios() if each.tags == scenario.tags] == [scenario.key]
    if scenario.key != "long-angry":
        assert len(scenario.open) >= 2 or len(scenario.ways[Level.GOOD]) >= 2 or scenario.times
        assert Level.POOR in scenario.ways
    for ways in scenario.ways.values():
        for way in ways:
            assert scenario.opens(way) == (
                way[0].author in {Author.CUSTOMER, Author.BOT} or not scenario.open
            )
            assert any(line.author is Author.AGENT and not line.optional for line in way)
            for line in way:
                assert line.text
                assert set(re.findall(r"\{(\w+)\}", line.text)) <= FACTS


def test_it_needs_somebody_who_answers():
    """Without agents there is nothing to tell."""
    with pytest.raises(ValueError, match="at least one agent"):
        list(demo_conversations(seed=1, agents=[], start=START, weeks=1, count=1))


def test_the_demo_is_a_helpdesk():
    """Headers page by page, oldest first and without text, then one whole conversation."""
    desk = DemoHelpdesk(MADE)
    since, until = START + timedelta(weeks=4), START + timedelta(weeks=8)
    headers, cursor = [], None
    while True:
        page = desk.list_closed(since, until, cursor)
        headers += page.headers
        cursor = page.cursor
        if cursor is None:
            break
    assert {each.external_id for each in headers} == {
        each.external_id for each in MADE if since <= each.closed_at < until
    }
    assert len(headers) > desk.page_size
    assert [each.closed_at for each in headers] == sorted(each.closed_at for each in headers)
    assert not any(each.messages for each in headers)
    assert desk.fetch(headers[0].external_id).messages
