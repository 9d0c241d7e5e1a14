"""`spor calibrate` names every fault, and leaves no half-written file."""

import pytest

from calibration import modules
from tests.webapp.commands.shell import spor

BAD = {
    "": ["line 1: a header; this line is empty"],
    "person|q1|q2\na|1|0\n": ["line 1, column person|q1|q2: 'person' as the first column"],
    "person;q1\na;0,5\n": ["line 2, column q1: a whole number from 0 to 99, or nothing, not '0,5'"],
    "person,item,score\n": ["line 2: an answer; there is none"],
    "person,q1\na,1\nb," + "1" * 200_000 + "\n": ["line 3: fields of a CSV file: field"],
    "person,q1\na,1\nb,0\n": ["1 item in use, with 2 parameters and 2 patterns of answers"],
    "id,q1\n": ["line 1, column id: 'person' as the first column"],
    "person,q1,q1\n": ["line 1, column q1: one column of this name"],
    "person,q1,q2\na,x,NaN\na,1\n,1,-1\n": [
        "line 2, column q1: a whole number from 0 to 99, or nothing, not 'x'",
        "line 2, column q2: a whole number from 0 to 99, or nothing, not 'NaN'",
        "line 3: 3 fields as in the header, not 2",
        "line 4, column person: a name",
        "line 4, column q2: a whole number from 0 to 99, or nothing, not '-1'",
    ],
    "person,q1\na,1\na,0\n": ["line 3, column person: another name than line 2, not 'a'"],
    "person,item,score\na,q,1\na,q,0\nb,q,\n": [
        "line 3, column item: an answer that line 2 has not: 'a' to 'q'",
        "line 4, column score: a whole number from 0 to 99, not ''",
    ],
    "person,q1,q2\na,1,0\n": ["1 person with answers: at least two are needed"],
    "person,q1,q2\na,1,0\nb,1,0\n": ["no item tells persons apart"],
    "person,q1,q2\n": ["line 2: an answer; there is none"],
    "person,q1,q2\na,1,2\nb,0,1\nc,1,0\n": [
        "item q2: the 2PL model takes 0 and 1, not 2 (person 'a')"
    ],
}


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_bad_answers_are_refused_by_line_and_column(tmp_path, text):
    file, pool = tmp_path / "R.csv", tmp_path / "P.csv"
    file.write_text(text, encoding="utf-8")
    result = spor("calibrate", file, "--out", pool)
    assert result.exit_code == 1
    for fault in BAD[text]:
        assert f"{file}: {fault}" in result.output
    assert not pool.exists()


def test_columns_of_texts_alone_do_not_bury_the_first_faults(tmp_path):
    file = tmp_path / "R.csv"
    file.write_text("person,q1\n" + "".join(f"p{n},right\n" for n in range(300)))
    result = spor("calibrate", file, "--out", tmp_path / "P.csv")
    faults = result.stderr.splitlines()
    assert "line 2, column q1" in faults[0]
    assert (len(faults), faults[-1]) == (101, f"{file}: and 200 more")


def test_columns_about_persons_are_passed_over_beside_items(answers, tmp_path):
    rows = [row.partition(",") for row in answers.read_text().splitlines()]
    about = [("unit,band", "here,20-29")[n > 0] for n in range(len(rows))]
    file, pools = tmp_path / "R.csv", (tmp_path / "P.csv", tmp_path / "Q.csv")
    text = "\n".join(f"{p},{a},{q}" for (p, _, q), a in zip(rows, about, strict=True))
    file.write_text(text + "\n", encoding="utf-8")
    result = spor("calibrate", file, "--groups", "unit", "--out", pools[0])
    assert result.stderr == "note: passed over, without scores: band\n"
    assert spor("calibrate", answers, "--out", pools[1]).exit_code == 0
    assert pools[0].read_text() == pools[1].read_text()
    file.write_text(file.read_text().replace("20-29", "", 399), encoding="utf-8")
    result = spor("calibrate", file, "--groups", "unit", "--out", pools[0])
    assert result.output == (
        f"Error: {file}: line 401, column band: a whole number from 0 to 99, or nothing, not "
        "'20-29'\n"
    )


def test_further_columns_of_the_long_form_are_passed_over(answers, tmp_path):
    header, *rows = [row.split(",") for row in answers.read_text().splitlines()]
    cells = [(row[0], q, s) for row in rows for q, s in zip(header[1:], row[1:], strict=True)]
    file, pools = tmp_path / "R.csv", (tmp_path / "P.csv", tmp_path / "Q.csv")
    lines = ["person,seconds,item,score", *(f"{p}, 7,{q}, {s}" for p, q, s in cells)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = spor("calibrate", file, "--out", pools[0])
    assert result.stderr == "note: passed over, without scores: seconds\n"
    assert spor("calibrate", answers, "--out", pools[1]).exit_code == 0
    assert pools[0].read_text() == pools[1].read_text()


def test_what_is_wrong_with_facts_is_named(answers, tmp_path):
    meta = tmp_path / "META.csv"
    meta.write_text("item,level\nq0,hard\nq0,1\n,2\nq1\n", encoding="utf-8")
    result = spor("calibrate", answers, "--items", meta, "--out", tmp_path / "P.csv")
    for fault in (
        "line 2, column level: a number of logits from -20 to 20, not 'hard'",
        "line 3, column item: another name than line 2, not 'q0'",
        "line 4, column item: a name",
        "line 5: 2 fields as in the header, not 1",
    ):
        assert f"{meta}: {fault}" in result.output
    meta.write_text("item,model,level\nq0,5pl,\nq1,NRM,-21\n", encoding="utf-8")
    result = spor("calibrate", answers, "--items", meta, "--out", tmp_path / "P.csv")
    known = "rasch, 1pl, 2pl, 3pl, 4pl, grm, pcm, gpcm, nrm"
    assert result.output == (
        f"Error: {meta}: line 2, column model: one of {known}, not '5pl'\n"
        f"{meta}: line 3, column level: a number of logits from -20 to 20, not '-21'\n"
    )


def test_the_module_is_named_in_what_is_said_of_it(answers, tmp_path):
    meta, pool = tmp_path / "META.csv", tmp_path / "P.csv"
    modules = "".join(f"q{j},{'AB'[j > 0]}\n" for j in range(8))
    meta.write_text(f"item,module\n{modules}", encoding="utf-8")
    result = spor("calibrate", answers, "--items", meta, "--out", pool)
    assert f"{answers}: module A: 1 item in use, with 2 parameters" in result.output
    text = answers.read_text().replace("\np0,", "\np-1,1,,,,,,,\np0,")
    answers.write_text(text, encoding="utf-8")
    result = spor("calibrate", answers, "--items", meta, "--out", pool, "--priors", "weak")
    assert result.stderr == "note: module B: 1 person answered no item in use\n"


def test_what_is_not_there_yet_is_refused(answers, tmp_path):
    result = spor("calibrate", answers, "--out", tmp_path / "P.csv", "--priors", "author")
    assert "need a level" in result.output


def test_no_file_is_left_of_what_was_broken_off(answers, tmp_path, monkeypatch):
    pool = tmp_path / "POOL.csv"
    pool.write_text("as it was", encoding="utf-8")

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(modules, "fit", interrupted)
    assert spor("calibrate", answers, "--out", pool).exit_code != 0
    assert pool.read_text(encoding="utf-8") == "as it was"
    assert {file.name for file in tmp_path.iterdir()} == {"POOL.csv", "RESPONSES.csv"}


def test_a_folder_that_is_not_there_leaves_nothing(answers, tmp_path):
    args = ("--out", tmp_path / "P.csv", "--json", tmp_path / "none" / "R.json")
    result = spor("calibrate", answers, *args)
    assert result.exit_code == 1
    assert "cannot be written" in result.output
    assert {file.name for file in tmp_path.iterdir()} == {"RESPONSES.csv"}
