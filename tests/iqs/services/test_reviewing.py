"""What a reviewer does with an assignment, on both databases: nothing clicked is lost, nothing counts twice."""

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta

import pytest

from iqs.assignments import AssignmentState, SkipReason
from iqs.errors import Conflict, Invalid, NotAllowed, NotFound, TooLate
from iqs.notices import NoticeKind
from iqs.reviews import COMMENT_LIMIT, Draft, Rating, ReviewKind
from iqs.services import delivering, enrolling, reporting, reviewing
from iqs.storage.repositories import assignments
from tests.world import MONDAY, conversation

LATER = MONDAY + timedelta(days=1)


@pytest.fixture
def drawn(drawn):
    """The world with week 46 drawn; `task` is Rosa's first assignment."""
    drawn.task = drawn.tasks(drawn.rosa)[0]
    return drawn


def feedback_notices(world, now=LATER):
    return [
        each for each in delivering.claim(world.store, now=now, limit=100) if each.kind is NoticeKind.FEEDBACK
    ]


def not_cleos(drawn):
    """A task of Rosa's that Cleo may take over: it is not Cleo's own work."""
    return next(
        each
        for each in drawn.tasks(drawn.rosa)
        if reviewing.open_card(drawn.store, drawn.rosa, each).assignment.reviewee_id != drawn.cleo.id
    )


def test_a_rating_is_saved_at_once(drawn):
    """Each click stands in the database when the service returns."""
    draft = reviewing.rate(drawn.store, drawn.rosa, drawn.task, "solution", 2, now=MONDAY)
    assert draft.ratings == {"solution": Rating(2)}
    assert reviewing.open_card(drawn.store, drawn.rosa, drawn.task).draft == draft
    assert reviewing.waiting(drawn.store, drawn.rosa)[0].rated == 1


def test_the_same_click_five_times_changes_nothing(drawn):
    """A repeated click gives the same draft."""
    drafts = [
        reviewing.rate(drawn.store, drawn.rosa, drawn.task, "solution", 1, now=MONDAY) for _ in range(5)
    ]
    assert all(draft == drafts[0] for draft in drafts)


def test_not_applicable_is_a_rating(drawn):
    """N/A counts as answered."""
    drawn.rate_all(drawn.rosa, drawn.task)
    reviewing.rate(drawn.store, drawn.rosa, drawn.task, "grammar", None, now=MONDAY)
    card = reviewing.open_card(drawn.store, drawn.rosa, drawn.task)
    assert card.draft.ratings["grammar"] == Rating(None)
    assert card.missing == ()


def test_a_better_rating_drops_causes_and_keeps_the_note(drawn):
    """Root causes that the new rating does not ask for go; what was written stays."""
    card = reviewing.open_card(drawn.store, drawn.rosa, drawn.task)
    category = next(each for each in card.scorecard.categories if each.causes)
    low = Rating(1, (category.causes[0].key,), "please look at this")
    reviewing.save(drawn.store, drawn.rosa, drawn.task, Draft({category.key: low}), now=MONDAY)
    draft = reviewing.rate(
        drawn.store, drawn.rosa, drawn.task, category.key, category.scale.points, now=MONDAY
    )
    assert draft.ratings[category.key] == Rating(category.scale.points, (), "please look at this")


@pytest.mark.parametrize(("category", "value"), [("nonsense", 1), ("solution", 9), ("solution", 0)])
def test_what_the_scorecard_does_not_know_is_refused(drawn, category, value):
    """An unknown category or value changes nothing and names its field."""
    with pytest.raises(Invalid) as refusal:
        reviewing.rate(drawn.store, drawn.rosa, drawn.task, category, value, now=MONDAY)
    assert list(refusal.value.fields) == [category]
    assert reviewing.waiting(drawn.store, drawn.rosa)[0].rated == 0


def test_submitting_scores_and_tells_the_agent_once(drawn):
    """The score and the agent's Notice come from one transaction; submitting again changes nothing."""
    drawn.rate_all(drawn.rosa, drawn.task)
    cards = [reviewing.submit(drawn.store, drawn.rosa, drawn.task, now=MONDAY) for _ in range(3)]
    assert cards[0].score.percent == 100
    assert cards[0].undo_until == MONDAY + timedelta(minutes=10)
    assert cards[0] == cards[1] == cards[2]
    (notice,) = feedback_notices(drawn)
    assert notice.person_id == cards[0].assignment.reviewee_id
    assert notice.key == f"feedback:{cards[0].review_id}:v1"


def test_the_agent_hears_only_after_the_undo_window(drawn):
    """No feedback is due before ten minutes have passed."""
    drawn.rate_all(drawn.rosa, drawn.task)
    reviewing.submit(drawn.store, drawn.rosa, drawn.task, now=MONDAY)
    (notice,) = feedback_notices(drawn)
    assert notice.not_before == MONDAY + timedelta(minutes=10)


def test_the_agent_hears_in_working_hours(drawn):
    """A review submitted at night is told in the morning."""
    night = MONDAY.replace(hour=23)
    drawn.rate_all(drawn.rosa, drawn.task)
    reviewing.submit(drawn.store, drawn.rosa, drawn.task, now=night)
    (notice,) = feedback_notices(drawn, night + timedelta(days=1))
    assert notice.not_before == night + timedelta(hours=10)


def test_submitting_names_what_is_missing(drawn):
    """A missing rating is asked for by name, and everything entered so far is kept."""
    reviewing.rate(drawn.store, drawn.rosa, drawn.task, "solution", 2, now=MONDAY)
    with pytest.raises(Invalid) as refusal:
        reviewing.submit(drawn.store, drawn.rosa, drawn.task, now=MONDAY)
    assert "solution" not in refusal.value.fields
    assert "grammar" in refusal.value.fields
    assert reviewing.waiting(drawn.store, drawn.rosa)[0].rated == 1


def test_a_modal_submits_its_whole_draft(drawn):
    """The modal's draft goes over what was clicked before."""
    card = drawn.rate_all(drawn.rosa, drawn.task, 1)
    best = {each.key: Rating(each.scale.points, note="well done") for each in card.scorecard.categories}
    draft = Draft(best, "thank you")
    card = reviewing.submit(drawn.store, drawn.rosa, drawn.task, now=MONDAY, draft=draft, version=0)
    assert (card.draft, card.score.percent) == (draft, 100)


def test_a_late_autosave_loses_no_click(drawn):
    """A modal that was opened before a click elsewhere does not delete that click."""
    reviewing.rate(drawn.store, drawn.rosa, drawn.task, "grammar", 3, now=MONDAY)
    card = reviewing.save(
        drawn.store, drawn.rosa, drawn.task, Draft({"solution": Rating(4)}, "so far"), now=MONDAY
    )
    assert card.draft == Draft({"grammar": Rating(3), "solution": Rating(4)}, "so far")


def test_a_stale_modal_is_refused(drawn):
    """A second window that still shows the state before a submission cannot overwrite it."""
    card = drawn.rate_all(drawn.rosa, drawn.task)
    reviewing.submit(drawn.store, drawn.rosa, drawn.task, now=MONDAY, version=0)
    worst = Draft({each.key: Rating(1) for each in card.scorecard.categories})
    with pytest.raises(Conflict):
        reviewing.submit(drawn.store, drawn.rosa, drawn.task, now=MONDAY, draft=worst, version=0)
    assert reviewing.open_card(drawn.store, drawn.rosa, drawn.task).score.percent == 100


def test_an_overlong_comment_is_named(drawn):
    """A comment beyond the limit is refused with its length."""
    with pytest.raises(Invalid, match="3,001") as refusal:
        reviewing.save(drawn.store, drawn.rosa, drawn.task, Draft({}, "x" * (COMMENT_LIMIT + 1)), now=MONDAY)
    assert list(refusal.value.fields) == ["comment"]


def test_undo_takes_back_the_score_and_the_notice(drawn):
    """Within ten minutes a review becomes a draft again and its agent hears nothing of it."""
    drawn.rate_all(drawn.rosa, drawn.task)
    reviewing.submit(drawn.store, drawn.rosa, drawn.task, now=MONDAY)
    card = reviewing.undo(drawn.store, drawn.rosa, drawn.task, now=MONDAY + timedelta(minutes=9))
    assert (card.score, card.assignment.state, card.missing) == (None, AssignmentState.OPEN, ())
    assert feedback_notices(drawn) == []


def test_submitting_again_after_undo_tells_the_new_version(drawn):
    """Only the last submission is told."""
    drawn.rate_all(drawn.rosa, drawn.task)
    reviewing.submit(drawn.store, drawn.rosa, drawn.task, now=MONDAY)
    reviewing.undo(drawn.store, drawn.rosa, drawn.task, now=MONDAY)
    reviewing.rate(drawn.store, drawn.rosa, drawn.task, "solution", 1, now=MONDAY)
    card = reviewing.submit(drawn.store, drawn.rosa, drawn.task, now=MONDAY)
    assert card.review_version == 2
    assert [each.key for each in feedback_notices(drawn)] == [f"feedback:{card.review_id}:v2"]


def test_undo_ends_with_its_window(drawn):
    """At ten minutes exactly it is too late."""
    drawn.rate_all(drawn.rosa, drawn.task)
    reviewing.submit(drawn.store, drawn.rosa, drawn.task, now=MONDAY)
    with pytest.raises(TooLate):
        reviewing.undo(drawn.store, drawn.rosa, drawn.task, now=MONDAY + timedelta(minutes=10))


def test_undo_is_refused_once_the_feedback_is_on_its_way(drawn):
    """A Notice that a sender has taken cannot be called back, so neither can its review."""
    drawn.rate_all(drawn.rosa, drawn.task)
    reviewing.submit(drawn.store, drawn.rosa, drawn.task, now=MONDAY)
    (notice,) = feedback_notices(drawn)
    with pytest.raises(TooLate):
        reviewing.undo(drawn.store, drawn.rosa, drawn.task, now=MONDAY)
    assert delivering.settle(drawn.store, notice, posted_to="D1", ts="1.1", now=MONDAY)


def test_a_submitted_review_takes_no_clicks(drawn):
    """An old button cannot change a submitted review."""
    drawn.rate_all(drawn.rosa, drawn.task)
    reviewing.submit(drawn.store, drawn.rosa, drawn.task, now=MONDAY)
    with pytest.raises(TooLate):
        reviewing.rate(drawn.store, drawn.rosa, drawn.task, "solution", 1, now=MONDAY)


def test_skipping_needs_a_reason_and_ends_the_assignment(drawn):
    """A skipped conversation leaves the reviewer's list and its unsent scorecard is not sent."""
    card = reviewing.skip(drawn.store, drawn.rosa, drawn.task, SkipReason.LANGUAGE, now=MONDAY)
    assert (card.assignment.state, card.assignment.skip_reason) == (
        AssignmentState.SKIPPED,
        SkipReason.LANGUAGE,
    )
    assert drawn.task not in drawn.tasks(drawn.rosa)
    assert drawn.task not in [each.object_id for each in delivering.claim(drawn.store, now=LATER, limit=100)]
    with pytest.raises(TooLate):
        reviewing.rate(drawn.store, drawn.rosa, drawn.task, "solution", 1, now=MONDAY)


def test_reassigning_hands_it_to_the_least_busy_permitted_reviewer(drawn):
    """The conversation moves with a fresh scorecard and Notice; the old one ends."""
    cleo, task = drawn.cleo, not_cleos(drawn)
    reviewing.rate(drawn.store, drawn.rosa, task, "solution", 1, now=MONDAY)
    before = set(drawn.tasks(cleo))
    card = reviewing.reassign(drawn.store, drawn.rosa, task, now=MONDAY)
    assert (card.assignment.state, card.assignment.skip_reason) == (AssignmentState.CANCELLED, "reassigned")
    assert card.draft == Draft()
    (new,) = set(drawn.tasks(cleo)) - before
    successor = reviewing.open_card(drawn.store, cleo, new)
    assert successor.conversation == card.conversation
    assert successor.draft == Draft()
    assert successor.scorecard == card.scorecard
    assert successor.assignment == replace(
        card.assignment,
        id=new,
        reviewer_id=cleo.id,
        kind=ReviewKind.PEER,
        state=AssignmentState.OPEN,
        skip_reason=None,
    )
    told = [each.object_id for each in delivering.claim(drawn.store, now=LATER, limit=100)]
    assert new in told
    assert task not in told


def test_reassigning_says_when_nobody_may(drawn):
    """Cleo's own conversations cannot go to Cleo."""
    task = next(
        each
        for each in drawn.tasks(drawn.rosa)
        if reviewing.open_card(drawn.store, drawn.rosa, each).assignment.reviewee_id == drawn.cleo.id
    )
    with pytest.raises(Invalid, match="Nobody else"):
        reviewing.reassign(drawn.store, drawn.rosa, task, now=MONDAY)
    assert task in drawn.tasks(drawn.rosa)


def test_it_never_comes_back_to_who_handed_it_on(drawn):
    """Whoever gave a conversation away is not asked to review it again."""
    before = set(drawn.tasks(drawn.cleo))
    reviewing.reassign(drawn.store, drawn.rosa, not_cleos(drawn), now=MONDAY)
    (task,) = set(drawn.tasks(drawn.cleo)) - before
    with pytest.raises(Invalid, match="Nobody else"):
        reviewing.reassign(drawn.store, drawn.cleo, task, now=MONDAY)
    assert task in drawn.tasks(drawn.cleo)


def test_a_dropped_draft_silences_no_later_review(drawn):
    """After a review was submitted, undone and handed on, the next review still tells its agent."""
    task = not_cleos(drawn)
    drawn.rate_all(drawn.rosa, task)
    reviewing.submit(drawn.store, drawn.rosa, task, now=MONDAY)
    reviewing.undo(drawn.store, drawn.rosa, task, now=MONDAY)
    reviewing.reassign(drawn.store, drawn.rosa, task, now=MONDAY)
    next_task = drawn.tasks(drawn.cleo)[0]
    drawn.rate_all(drawn.cleo, next_task)
    reviewing.submit(drawn.store, drawn.cleo, next_task, now=MONDAY)
    assert len(feedback_notices(drawn)) == 1


@pytest.mark.parametrize("who", ["ada", "ben", "cleo", "lea", "max", "otto", "vera"])
def test_only_its_reviewer_acts_on_an_assignment(drawn, who):
    """Nobody else rates, submits or takes back, whatever their role."""
    actor = getattr(drawn, who)
    for act in (
        lambda: reviewing.rate(drawn.store, actor, drawn.task, "solution", 1, now=MONDAY),
        lambda: reviewing.save(drawn.store, actor, drawn.task, Draft(), now=MONDAY),
        lambda: reviewing.submit(drawn.store, actor, drawn.task, now=MONDAY),
        lambda: reviewing.undo(drawn.store, actor, drawn.task, now=MONDAY),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize(
    ("who", "may"), [("ada", False), ("otto", False), ("vera", False), ("lea", True), ("max", True)]
)
def test_a_lead_may_skip_anothers_assignment(drawn, who, may):
    """Besides the reviewer, only the team's lead and an admin end an assignment."""
    actor = getattr(drawn, who)
    if may:
        card = reviewing.skip(drawn.store, actor, drawn.task, SkipReason.OTHER, now=MONDAY)
        assert card.assignment.state is AssignmentState.SKIPPED
    else:
        with pytest.raises(NotAllowed):
            reviewing.skip(drawn.store, actor, drawn.task, SkipReason.OTHER, now=MONDAY)


def test_who_took_part_meanwhile_cannot_submit(drawn):
    """Somebody who turns out to have written in the conversation is refused even after the draw."""
    drawn.rate_all(drawn.rosa, drawn.task)
    card = reviewing.open_card(drawn.store, drawn.rosa, drawn.task)
    number = int(card.conversation.external_id.removeprefix("c"))
    agent, at = card.conversation.agent.id, card.conversation.closed_at
    drawn.import_(conversation(number, agent, at=at, others=("h4",)))
    with pytest.raises(NotAllowed, match="took part"):
        reviewing.submit(drawn.store, drawn.rosa, drawn.task, now=MONDAY)
    skipped = reviewing.skip(drawn.store, drawn.rosa, drawn.task, SkipReason.KNOWS_IT, now=MONDAY)
    assert skipped.assignment.state is AssignmentState.SKIPPED


def test_who_lost_the_role_reads_nothing_more(drawn):
    """Without the reviewer's role nothing waits, and a scorecard still unsent stays unsent: it has customers' words."""
    rosa = drawn.rosa
    assert reviewing.card_to_send(drawn.store, drawn.task) == reviewing.open_card(
        drawn.store, rosa, drawn.task
    )
    enrolling.import_people(
        drawn.store,
        "team,email,name,roles\nSupport,rosa@example.com,Rosa,agent\nSales,rosa@example.com,Rosa,reviewer\n",
    )
    assert drawn.tasks(drawn.rosa) == []
    assert reporting.home(drawn.store, drawn.rosa, now=MONDAY).waiting == ()
    with pytest.raises(NotFound, match="taken off"):
        reviewing.card_to_send(drawn.store, drawn.task)


def test_a_scorecard_is_not_sent_for_what_has_ended(drawn):
    """A skipped assignment's message, claimed just before, is not drawn."""
    reviewing.skip(drawn.store, drawn.rosa, drawn.task, SkipReason.OTHER, now=MONDAY)
    with pytest.raises(NotFound, match="taken off"):
        reviewing.card_to_send(drawn.store, drawn.task)


def test_an_unknown_assignment_is_gone(drawn):
    """A number from nowhere gets the same sentence as one that is no longer yours."""
    with pytest.raises(NotFound, match="no longer yours"):
        reviewing.open_card(drawn.store, drawn.rosa, 999_999)


def test_many_clicks_at_once_keep_the_last_of_each(drawn):
    """Twenty threads rating different categories and submitting leave one whole review and one Notice."""
    card = reviewing.open_card(drawn.store, drawn.rosa, drawn.task)
    rosa = drawn.rosa
    clicks = [(each.key, each.scale.points) for each in card.scorecard.categories] * 4
    with ThreadPoolExecutor(10) as pool:
        for done in [
            pool.submit(reviewing.rate, drawn.store, rosa, drawn.task, *each, now=MONDAY) for each in clicks
        ]:
            done.result()
        for done in [
            pool.submit(reviewing.submit, drawn.store, rosa, drawn.task, now=MONDAY) for _ in range(10)
        ]:
            assert done.result().score.percent == 100
    assert len(feedback_notices(drawn)) == 1


def test_a_click_waits_for_a_change_under_way(drawn):
    """A rating that meets a skip in the middle is decided after it, and so changes nothing."""
    with ThreadPoolExecutor(1) as pool:
        with drawn.store.write() as tx:
            assignments.get(tx, drawn.task, lock=True)
            click = pool.submit(
                reviewing.rate, drawn.store, drawn.rosa, drawn.task, "solution", 1, now=MONDAY
            )
            assert not wait([click], timeout=0.3).done
            assignments.move(tx, drawn.task, state=AssignmentState.SKIPPED, now=MONDAY)
        with pytest.raises(TooLate):
            click.result(10)


def test_a_review_keeps_the_scorecard_it_was_made_with(drawn):
    """A new version published meanwhile does not touch an open assignment."""
    from iqs.services import publishing

    card = reviewing.open_card(drawn.store, drawn.rosa, drawn.task)
    fewer = replace(card.scorecard, categories=card.scorecard.categories[:2], version=None, version_id=None)
    publishing.apply_scorecard(drawn.store, fewer, ["Support"], now=MONDAY)
    assert reviewing.open_card(drawn.store, drawn.rosa, drawn.task).scorecard == card.scorecard
