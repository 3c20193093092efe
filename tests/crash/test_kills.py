"""Nothing is lost and nothing is said twice, whatever dies: the short run. The long one is in test_long_run.py."""

import pytest

pytestmark = pytest.mark.timeout(300)  # seconds on a busy machine; a tenth of it on a free one

SHORT = {"kills": 12, "weeks": 1, "speed": 150, "seed": 7, "patience": 100}


def test_no_kill_and_no_fault_loses_or_doubles_anything(crash_run, database_url):
    """SIGKILLs at random and at every named point, with 15 % faults: each acked click and each message once.

    On PostgreSQL, with two processes that share it, at some of the points; the long run takes every point on both.
    """
    everywhere = database_url.startswith("sqlite")
    wanted = SHORT if everywhere else {**SHORT, "kills": 3}
    report = crash_run(**wanted, everywhere=everywhere)
    assert (report.lost, report.doubled, report.wrong) == ([], [], [])
    assert report.kills >= wanted["kills"]
    assert [name for name, hits in report.points.items() if everywhere and not hits] == []
    assert report.acked >= 3 * 8
    assert report.messages >= 8 + 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_harness_finds_what_a_naive_sender_doubles(crash_run):
    """The SDK's default client with retries, marked as sent afterwards, must fail here: some messages come twice."""
    assert crash_run(**{**SHORT, "kills": 5}, faults=0, naive=True).doubled
