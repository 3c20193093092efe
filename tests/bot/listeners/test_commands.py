"""Every word of the command, asked by everybody: an answer for those who may, one safe sentence for all others."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from blocks import help as help_page
from blocks import home
from bot.listeners.commands import WORDS
from iqs.people import Person, Role
from iqs.reviews import UNDO_WINDOW
from iqs.services import enrolling, examining, reporting, reviewing
from iqs.storage import tables
from tests.bot.conftest import Furnished

MORE = """team,email,name,roles,slack_user_id,helpdesk_id
Support,max@example.com,Max Admin,admin,U0MAX,
Support,otto@example.com,Otto Auditor,auditor,U0OTTO,
Sales,sally@example.com,Sally Sales,lead,U0SALLY,
Sales,sven@example.com,Sven Sales,agent,U0SVEN,
"""
NOT_MINE = "A person's figures are for that person and the leads of their team."
WHO = {
    "agent": "U0ADA",
    "reviewer": "U0RITA",
    "lead": "U0LENA",
    "elsewhere": "U0SALLY",
    "admin": "U0MAX",
    "auditor": "U0OTTO",
}


def review(store, now):
    """Everybody of both teams; each of Ada's conversations reviewed."""
    enrolling.import_people(store, MORE)
    for user in ("U0RITA", "U0OMAR"):
        reviewer = enrolling.identify(store, user)
        for number in [each.assignment_id for each in reviewing.waiting(store, reviewer)]:
            card = reviewing.open_card(store, reviewer, number)
            if card.reviewee_name == "Ada Agent":
                for place, category in enumerate(card.scorecard.categories):
                    value = category.scale.points - place % 2
                    reviewing.rate(store, reviewer, number, category.key, value, now=now)
                reviewing.submit(store, reviewer, number, now=now)


@pytest.fixture(scope="module")
def reviewed_file(furnished_file, tmp_path_factory):
    return Furnished(furnished_file.copy_to, tmp_path_factory.mktemp("reviewed"), review)


@pytest.fixture
def team(reviewed_file, programme, now):
    """Everybody of both teams; each of Ada's conversations reviewed and released."""
    reviewed_file.copy_to(programme.path)
    now.move(seconds=UNDO_WINDOW.total_seconds() + 1)
    return programme


@pytest.fixture
def ask(team, app, dispatch, payloads):
    """Types `/iqs …` as somebody; the answer's words, all of them."""

    def say(user, text):
        answer = dispatch(payloads.command(user, text))
        assert answer.status == 200
        body = json.loads(answer.body) if isinstance(answer.body, str) else answer.body
        assert body["blocks"]
        assert body.get("response_type", "ephemeral") == "ephemeral"
        return json.dumps(body, ensure_ascii=False)

    return say


def count(store, what):
    with store.read() as tx:
        return tx.scalar(select(func.count()).select_from(what))


MATRIX = [
    # text, what it says to those who may, who may, what it says to everybody else
    ("me", "Your quality score", set(WHO), ""),
    ("team Support", "Support: last 30 days", {"lead", "admin", "auditor"}, ""),
    ("category solution in Support", "Solution: Support", {"lead", "admin", "auditor"}, ""),
    ("agent <@U0ADA|ada>", "Ada Agent", {"agent", "lead", "admin", "auditor"}, NOT_MINE),
    ("agent Ada Agent", "Ada Agent", {"agent", "lead", "admin", "auditor"}, NOT_MINE),
    ("digest preview Support", "A preview: only you see it", {"lead", "admin", "auditor"}, ""),
    ("digest pause Support", "is paused", {"lead", "admin"}, ""),
    ("digest move Support friday 10:30", "on Friday at 10:30", {"lead", "admin"}, ""),
    ("export Support", "comes by direct message", {"lead", "admin"}, ""),
]


@pytest.mark.parametrize(("text", "answer", "may", "refusal"), MATRIX, ids=[each[0] for each in MATRIX])
def test_who_may_ask_what(ask, text, answer, may, refusal):
    """Each command for each role: those who may get figures, the others a sentence without any number or name."""
    for role, user in WHO.items():
        said = ask(user, text)
        assert (answer in said) is (role in may), (role, said[:300])
        if role not in may:
            assert refusal in said
            assert "n = " not in said
            assert "Ben Agent" not in said


def test_strangers_get_nothing(ask):
    """Whatever they ask, it is the same refusal."""
    said = {ask("U0STRANGER", text) for text, *_ in MATRIX} | {ask("U0STRANGER", "help")}
    assert len(said) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("category speed", "There is no category “speed”. Known: “Solution”"),
        ("category", "Say which category"),
        ("category solution someday", "“someday” is not a period"),
        ("category solution 2031-W02", "“2031-W02” has not begun yet"),
        ("category solution in Sales", "“in Sales” is not a period"),
        ("category <!channel>", "There is no category"),
        ("me next year", "“next year” has not begun yet"),
        ("team next week", "“next week” has not begun yet"),
        ("team somewhen", "in a time such as 2026-W47, “last week”, “October”"),
        ("digest preview tomorrow", "“tomorrow” has not begun yet"),
        ("me week 54", "“week 54” is not a period"),
        ("me 2031", "has not begun yet"),
        ("team Support 2031", "has not begun yet"),
        ("team Nowhere", "You have no team “Nowhere”"),
        ("agent", "Say who"),
        ("agent Ada someday", examining.NOBODY_THERE),
        ("agent Ada Agent someday", "“someday” is not a period"),
        ("agent Ben Agent", "Ben Agent has no reviews in Support yet."),
        ("agent <@U0SVEN>", examining.NOBODY_THERE),
        ("agent <@U0STRANGER>", examining.NOBODY_THERE),
        ("agent nobody@example.com", examining.NOBODY_THERE),
        ("explain 999999", "There is no such review"),
        ("explain banana", "That is no review"),
        ("explain", "You have no review yet"),
        ("digest", "Say what to do with it"),
        ("digest delete", "Say what to do with it"),
        ("digest move", "Say when"),
        ("digest move Support", "Say when"),
        ("digest move friday 25:00", "is not a time of day"),
        ("digest pause Nowhere", "You have no team “Nowhere”"),
        ("digest preview 2031", "has not begun yet"),
        ("export Support 2031", "has not begun yet"),
        ("export Support pdf", "“pdf” is not a period"),
        ("banana", "I do not know “banana”"),
        ("x" * 900, "I do not know “xxx"),
        ("x" * 3000, "too long to be read"),
    ],
)
def test_bad_input_gets_one_sentence(ask, text, says):
    """A lead who asks wrongly reads what was wrong and what can be asked; nothing is changed."""
    assert says.replace('"', '\\"') in ask("U0LENA", text)


def test_the_words_are_taken_as_people_say_them(ask):
    """Every way to name a time works behind each word that shows figures."""
    for words in (
        "last week",
        "week 40",
        "October",
        "Q3",
        "2026-W40",
        "last 90 days",
        "2026-01-01..2026-02-01",
        "all",
    ):
        assert "Your quality score" in ask("U0ADA", f"me {words}")
        assert "Support: " in ask("U0LENA", f"team {words}")
        assert "Solution: Support" in ask("U0LENA", f"category solution {words}")
        assert "Ada Agent" in ask("U0LENA", f"agent Ada {words}")


def test_the_same_command_delivered_twice(ask, team, dispatch, payloads):
    """Slack delivers a command again: one file is promised, one audit row written, one move made."""
    for text in ("export Support last week", "digest move friday 11:00", "digest pause"):
        command = payloads.command("U0LENA", text)
        before = count(team, tables.Audit), count(team, tables.Notice)
        first, second = dispatch(command), dispatch(command)
        assert first.status == second.status == 200
        promised = int(text.startswith("export"))
        assert (count(team, tables.Audit), count(team, tables.Notice)) == (
            before[0] + 1,
            before[1] + promised,
        )


def test_asking_twice_by_hand_sends_one_file(ask, team, now):
    """Within a minute the second question is told that the file is on its way; a minute later it is a new one."""
    assert "comes by direct message" in ask("U0LENA", "export Support last week")
    assert "on its way" in ask("U0LENA", "export Support last week")
    now.move(seconds=61)
    assert "comes by direct message" in ask("U0LENA", "export Support last week")
    with team.read() as tx:
        rows = tx.execute(select(tables.Audit.detail).where(tables.Audit.action == "export")).all()
    assert len(rows) == 2
    assert all(set(row.detail) == {"from", "to", "label", "undated", "form", "reviews"} for row in rows)


def test_an_auditor_reads_scores_and_no_words(ask):
    """In an agent's card the subject of a conversation is for leads; an auditor reads the review's number."""
    lead, auditor = ask("U0LENA", "agent Ada Agent"), ask("U0OTTO", "agent Ada Agent")
    assert "Question" in lead
    assert "Question" not in auditor
    assert "How was this scored?" in auditor


def test_an_auditor_reads_no_subject_anywhere(ask, team, now):
    """Unhappy customers of good work are examples for the lead; an auditor gets their count, in no answer more."""
    with team.write() as tx:
        tx.execute(update(tables.Conversation).values(csat=["1", "1", "5"]))
    assert "Unhappy customer, good work: Question" in ask("U0LENA", "team Support")
    words = (
        "team Support",
        "category solution in Support",
        "agent Ada Agent",
        "digest preview Support this week",
    )
    read = [ask("U0OTTO", each) for each in (*words, "me", "explain", "draw Support", "export Support")]
    auditor = enrolling.identify(team, "U0OTTO")
    read.append(str(home.view(reporting.home(team, auditor, now=now()))))
    assert "unhappy customer, good work" in read[0]
    assert not [each for each in read if "Question" in each]


def test_explain_prints_the_arithmetic(ask):
    """The agent's newest review, line by line; the reviewer gets the one they just gave."""
    mine, given = ask("U0ADA", "explain"), ask("U0RITA", "explain")
    for said in (mine, given):
        assert "How it was scored: Review" in said
        assert "sum(score × weight)" in said


def test_help_and_the_words_agree():
    """Every word has its line in an admin's help, and no help names a word that is not there."""
    everything = Person(1, "Max", roles={1: frozenset(Role)})
    offered = {command.split()[1] for command, _ in help_page.offered(everything)}
    assert offered == set(WORDS) - {""}


def test_help_is_by_role():
    """What a role cannot use is not offered."""
    offers = {
        role: {command for command, _ in help_page.offered(Person(1, "Max", roles={1: frozenset({role})}))}
        for role in Role
    }
    assert not any("digest" in each or "export" in each or "agent" in each for each in offers[Role.AGENT])
    assert any("review" in each for each in offers[Role.REVIEWER])
    assert "/iqs agent @name" in offers[Role.AUDITOR]
    assert not any("export" in each for each in offers[Role.AUDITOR])
    assert offers[Role.ADMIN] == offers[Role.LEAD]


def test_a_paused_digest_comes_back(ask, team, now):
    """Paused, moved and resumed by the team's lead: what is shown is what is stored."""
    ask("U0LENA", "digest pause")
    with team.read() as tx:
        paused = tx.scalars(select(tables.Schedule.paused).where(tables.Schedule.kind == "digest")).all()
    assert any(paused)
    assert "Friday at 10:30" in ask("U0LENA", "digest move fri 10:30") or "is paused" in ask(
        "U0LENA", "digest pause"
    )
    assert "Friday at 10:30" in ask("U0LENA", "digest resume")
    now.move(seconds=timedelta(minutes=1).total_seconds())
    assert "monthly digest" in ask("U0LENA", "digest pause monthly")
