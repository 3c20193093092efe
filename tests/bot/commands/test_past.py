"""`iqs reviews import` and `iqs agreement` as a lead with an old spreadsheet meets them."""

import json
import shutil

import pytest

from bot import cli

PEOPLE = "team,email,name,roles\nSupport,lea@example.com,Lea,lead\n"
RATINGS = "conversation_id,rater,category,score\n" + "".join(
    f"d{place},rater{rater},tone,{(place + rater) % 5 - 2}\n" for place in range(6) for rater in range(3)
)


@pytest.fixture
def iqs(migrated_file, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(migrated_file, tmp_path / "past.db")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/past.db")
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "ratings.csv").write_text(RATINGS)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    run("people", "import", "people.csv")
    return run


IMPORT = ("reviews", "import", "ratings.csv", "--team", "support", "--columns", "value=score,reviewer=rater")


def test_an_old_spreadsheet_becomes_history(iqs):
    """It says what was stored, what stays unknown, and that again nothing changes; `agreement` can read it."""
    code, out, err = iqs(*IMPORT, "--scale", "-2..2")
    assert (code, err) == (0, "")
    assert "18 reviews: 18 new" in out
    assert "18 have no time" in out
    assert "Not enrolled here, kept by name: rater0, rater1, rater2." in out
    code, out, _ = iqs(*IMPORT, "--scale", "-2..2", "--json")
    assert json.loads(out)["unchanged"] == 18
    code, out, _ = iqs("report", "--team", "Support", "--period", "all", "--format", "json")
    assert json.loads(out)["team"]["n"] == 18
    code, out, _ = iqs("agreement", "--team", "Support", "--json")
    found = json.loads(out)
    assert set(found["categories"][0]) >= {"name", "alpha", "units", "raters"}
    assert set(found["categories"][0]["alpha"]) == {"nominal", "ordinal", "interval"}
    assert [set(each) for each in found["reviewers"]] == [{"name", "leniency", "low", "high", "n"}] * 3
    code, out, _ = iqs("agreement", "--team", "Support")
    assert "rater2" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((*IMPORT,), "--scale"),
        ((*IMPORT, "--scale", "good"), "is no scale"),
        ((*IMPORT[:-2], "--columns", "value"), "ours=theirs"),
        ((*IMPORT[:3], "--team", "Nobody"), "no team"),
        (("agreement", "--team", "Support", "--period", "soon"), "not a period"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(iqs, arguments, sentence):
    """A missing scale, a bad renaming, an unknown team or period: what to write instead."""
    code, _, err = iqs(*arguments)
    assert code == 2
    assert sentence in err


def test_nobody_to_compare(iqs):
    """A team without reviews gets a sentence, not a table of nothing."""
    code, out, _ = iqs("agreement", "--team", "Support")
    assert code == 0
    assert "No conversation was rated by two reviewers" in out


def test_a_workbook_is_written_to_a_file(iqs, tmp_path):
    """`--format xlsx --output` writes one; a folder that is not there is told in one line."""
    iqs(*IMPORT, "--scale", "-2..2")
    report = ("report", "--team", "Support", "--period", "all", "--format", "xlsx", "--output")
    code, out, err = iqs(*report, "iqs.xlsx")
    assert (code, out) == (0, "")
    assert (tmp_path / "iqs.xlsx").read_bytes().startswith(b"PK")
    assert "iqs.xlsx" in err
    code, _, err = iqs(*report, "nowhere/iqs.xlsx")
    assert code == 2
    assert "cannot be written" in err
