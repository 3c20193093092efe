"""A scorecard's content is published once, as a version that never changes, for the teams it is meant for."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from iqs.errors import Invalid, NotFound
from iqs.files.scorecards import preset
from iqs.scorecards import definition
from iqs.services import configuring, enrolling
from iqs.services.publishing import apply_scorecard, current_scorecard
from iqs.storage.repositories import audit, scorecards

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
CARD = preset()
SHORTER = replace(CARD, categories=CARD.categories[:2])


@pytest.fixture
def teams(store):
    """Sales and Support, by name."""
    lines = "team,email,name,roles\nSupport,a@x.org,A,agent\nSales,b@x.org,B,agent\n"
    enrolling.import_people(store, lines, now=NOW)
    return {team.name: team.id for team in configuring.teams(store)}


def test_what_is_published_comes_back(store, teams):
    """The team's current scorecard is the content as given, with its version."""
    done = apply_scorecard(store, CARD, ["support"], now=NOW)
    assert (done.version, done.changed, done.teams) == (1, True, ("Support",))
    found = current_scorecard(store, teams["Support"])
    assert replace(found, version=None, version_id=None) == CARD
    assert found.version == 1
    assert found.version_id is not None


def test_the_same_content_again_is_no_new_version(store, teams):
    """Publishing twice changes nothing; it may add a team."""
    apply_scorecard(store, CARD, ["Support"], now=NOW)
    again = apply_scorecard(store, CARD, ["Support", "Sales"], now=NOW)
    assert (again.version, again.changed, again.teams) == (1, False, ("Support", "Sales"))
    assert current_scorecard(store, teams["Sales"]) == current_scorecard(store, teams["Support"])


def test_a_publication_is_audited_with_the_teams_it_is_for(store, teams):
    """Also when only another team begins to rate with it; doing the same again leaves no trace."""
    for names in (["Support"], ["Support"], ["Sales", "Support"]):
        apply_scorecard(store, CARD, names, now=NOW)
    version_id = current_scorecard(store, teams["Support"]).version_id
    with store.read() as tx:
        trace = [each.detail["teams"] for each in audit.of(tx, "scorecard_version", version_id)]
    assert trace == [[teams["Support"]], [teams["Sales"], teams["Support"]]]


def test_other_content_is_the_next_version_and_the_old_one_stays(store, teams):
    """Reviews of an older version still find it as it was; a category keeps its identity by its key."""
    apply_scorecard(store, CARD, ["Support"], now=NOW)
    first = current_scorecard(store, teams["Support"])
    done = apply_scorecard(store, SHORTER, [], now=NOW)
    assert (done.version, done.changed, done.teams) == (2, True, ("Support",))
    second = current_scorecard(store, teams["Support"])
    assert definition(second) == definition(SHORTER)
    with store.read() as tx:
        assert scorecards.by_version(tx, first.version_id) == first
        before = scorecards.category_ids(tx, first.version_id)
        after = scorecards.category_ids(tx, second.version_id)
    assert set(before) == {category.key for category in CARD.categories}
    assert after == {category.key: before[category.key] for category in SHORTER.categories}


def test_content_may_return(store, teams):
    """What was version 1 and is wanted again becomes version 3: history only grows."""
    for card, version in ((CARD, 1), (SHORTER, 2), (CARD, 3)):
        assert apply_scorecard(store, card, ["Support"], now=NOW).version == version


def test_without_names_it_is_for_those_it_can_only_be_for(store, teams):
    """The teams that use it already; else the only team; else the question comes back."""
    with pytest.raises(Invalid, match="there are 2: Sales, Support"):
        apply_scorecard(store, CARD, [], now=NOW)
    apply_scorecard(store, CARD, ["Sales", "Support"], now=NOW)
    assert apply_scorecard(store, SHORTER, [], now=NOW).teams == ("Sales", "Support")


def test_the_only_team_needs_no_name(store):
    """With one team there is nothing to ask; with none there is nobody to rate."""
    with pytest.raises(Invalid, match="iqs people import"):
        apply_scorecard(store, CARD, [], now=NOW)
    enrolling.import_people(store, "team,email,name,roles\nSupport,a@x.org,A,agent\n", now=NOW)
    assert apply_scorecard(store, CARD, [], now=NOW).teams == ("Support",)


def test_an_unknown_team_stops_everything(store, teams):
    """It is named with those there are, and nothing is published."""
    with pytest.raises(NotFound, match=r"“Suport”.+Sales, Support"):
        apply_scorecard(store, CARD, ["Support", "Suport"], now=NOW)
    with pytest.raises(Invalid, match="iqs scorecard apply"):
        current_scorecard(store, teams["Support"])


def test_a_version_rolled_back_is_not_remembered(store, teams):
    """A number given to a version that was never committed does not bring that content back later."""
    with pytest.raises(ZeroDivisionError), store.write() as tx:  # noqa: PT012 - the last statement fails
        made = scorecards.publish(tx, SHORTER, NOW)
        assert scorecards.by_version(tx, made.version_id).version == 1
        raise ZeroDivisionError
    apply_scorecard(store, CARD, ["Support"], now=NOW)
    assert definition(current_scorecard(store, teams["Support"])) == definition(CARD)


def test_an_unknown_version_is_said(store):
    """There is no scorecard behind a number nobody published."""
    with store.read() as tx, pytest.raises(NotFound):
        scorecards.by_version(tx, 404)
