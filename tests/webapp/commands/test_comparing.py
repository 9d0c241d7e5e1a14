"""`spor dif` and `spor link`, from files to files."""

import json

import numpy as np
import pytest

from placement.reading import read_pool
from tests.webapp.commands.shell import spor, wide

POOL = """item,module,model,a,b,c,se_a,se_b,cov_ab
q1,m,2PL,1.0,-1.0,0,0.1,0.1,0.001
q2,m,2PL,1.5,0.5,0,0.1,0.1,0
q3,m,3PL,0.8,1.0,0.2,0.1,0.1,0
q4,n,2PL,1.2,0.1,0,0,0,0
q5,n,2PL,0.7,-0.7,0,0,0,0
"""


@pytest.fixture
def pools(tmp_path):
    """A pool, and the same questions on another scale: θ_old = 1.25 θ_new - 0.5."""
    old, new = tmp_path / "OLD.csv", tmp_path / "NEW.csv"
    old.write_text(POOL, encoding="utf-8")
    lines = [line.split(",") for line in POOL.splitlines()]
    for cells in lines[1:]:
        cells[3], cells[4] = str(float(cells[3]) * 1.25), str((float(cells[4]) + 0.5) / 1.25)
    new.write_text("\n".join(",".join(cells) for cells in lines), encoding="utf-8")
    return new, old


@pytest.mark.parametrize("method", ["mean-sigma", "mean-mean", "haebara", "stocking-lord"])
def test_a_pool_is_put_on_the_old_scale(pools, tmp_path, method):
    new, old = pools
    out, report = tmp_path / "POOL.csv", tmp_path / "LINK.json"
    result = spor("link", new, "--to", old, "--method", method, "--out", out, "--json", report)
    assert result.exit_code == 0, result.output
    for ours, theirs in zip(read_pool(out.read_text()), read_pool(POOL), strict=True):
        assert (ours.a, ours.b) == pytest.approx((theirs.a, theirs.b), abs=1e-6)
        assert ours.module == theirs.module
    for module in json.loads(report.read_text())["modules"]:
        assert module["A"] == pytest.approx(1.25, abs=1e-6)
        assert module["B"] == pytest.approx(-0.5, abs=1e-6)
        assert not any(change["drifted"] for change in module["drift"])


def test_pools_with_nothing_in_common_are_refused(pools, tmp_path):
    other = tmp_path / "OTHER.csv"
    other.write_text(POOL.replace("q", "r"), encoding="utf-8")
    result = spor("link", other, "--to", pools[1], "--out", tmp_path / "POOL.csv")
    assert result.exit_code == 1
    assert f"{other}: module m: 0 items in common" in result.output
    assert not (tmp_path / "POOL.csv").exists()


def test_a_file_goes_with_a_scale_to_link_to(pools, tmp_path):
    result = spor("link", pools[0], "--out", tmp_path / "POOL.csv")
    assert result.exit_code == 2
    assert "--to" in result.output


def test_a_file_that_is_not_there_is_refused(pools, tmp_path):
    result = spor("link", tmp_path / "none.csv", "--to", pools[1])
    assert result.exit_code == 2
    assert "does not exist" in result.output


@pytest.fixture
def answers(tmp_path):
    """800 persons in two languages; q0 is harder in nynorsk."""
    rng = np.random.default_rng(8)
    theta, nynorsk = rng.standard_normal((800, 1)), rng.random(800) < 0.4
    b = np.tile(np.linspace(-1.5, 1.5, 10), (800, 1))
    b[:, 0] = 0.0 + 1.2 * nynorsk
    scores = (rng.random((800, 10)) < 1 / (1 + np.exp(1.3 * (b - theta)))).astype(int)
    file = tmp_path / "R.csv"
    file.write_text(wide(scores, ["nn" if n else "nb" for n in nynorsk]), encoding="utf-8")
    return file


def test_the_item_that_differs_is_found(answers, tmp_path):
    out = tmp_path / "DIF.json"
    result = spor("dif", answers, "--group", "unit", "--focal", "nn", "--json", out)
    assert result.exit_code == 0, result.output
    told = json.loads(out.read_text())
    assert told["matching"] == "summed score"
    assert told["n_focal"] + told["n_reference"] == 800
    assert [item["item"] for item in told["items"] if item["flag"] == "C"] == ["q0"]
    assert told["items"][0]["mantel_haenszel"]["ets"] == "C"
    assert "← C" in result.output


def test_anchors_bring_the_likelihood_ratio(answers, tmp_path):
    out = tmp_path / "DIF.json"
    args = ("--group", "unit", "--focal", "nn", "--anchors", "q3,q4,q5,q6,q7,q8,q9", "--json", out)
    assert spor("dif", answers, *args).exit_code == 0
    items = json.loads(out.read_text())["items"]
    assert items[0]["likelihood_ratio"]["p"] < 0.001
    assert items[5]["likelihood_ratio"] is None


def test_groups_that_are_not_there_are_refused(answers):
    result = spor("dif", answers, "--group", "unit", "--focal", "en")
    assert result.exit_code == 1
    assert "nobody is of group 'en'" in result.output
    result = spor("dif", answers, "--group", "sex", "--focal", "f")
    assert "line 1, column sex: this column is required" in result.output


@pytest.fixture
def two_modules(tmp_path):
    """900 persons in two modules; the focal group is better in one, and nothing differs."""
    rng = np.random.default_rng(3)
    focal = rng.random((900, 1)) < 0.4
    theta = rng.standard_normal((900, 2)) + focal * [-0.6, 1.2]
    b = np.tile(np.linspace(-1.5, 1.5, 6), 2)
    scores = (rng.random((900, 12)) < 1 / (1 + np.exp(1.2 * (b - np.repeat(theta, 6, 1))))).astype(
        int
    )
    file, meta = tmp_path / "R.csv", tmp_path / "META.csv"
    file.write_text(wide(scores, ["nn" if n else "nb" for n in focal[:, 0]]), encoding="utf-8")
    modules = "".join(f"q{j},{'AB'[j // 6]}\n" for j in range(12))
    meta.write_text(f"item,module\n{modules}", encoding="utf-8")
    return file, meta


def test_people_are_equals_in_the_items_own_module(two_modules, tmp_path):
    file, meta = two_modules
    pool, out = tmp_path / "P.csv", tmp_path / "DIF.json"
    assert (
        spor("calibrate", file, "--items", meta, "--groups", "unit", "--out", pool).exit_code == 0
    )
    args = ("dif", file, "--group", "unit", "--focal", "nn", "--json", out)
    flags, classes = [], []
    for modules in ((), ("--items", meta), ("--pool", pool)):
        assert spor(*args, *modules).exit_code == 0
        items = json.loads(out.read_text())["items"]
        flags.append(sum(item["flag"] != "" for item in items))
        classes.append("".join(item["module"] for item in items))
    # Over both modules at once the better half of each seems to differ.
    assert flags == [12, 0, 0]
    assert classes[1:] == ["AAAAAABBBBBB"] * 2
    result = spor(*args, "--items", meta, "--anchors", "q0,q1")
    assert "\nA:\nq0 " in result.stdout
    assert "\nB:\nq6 " in result.stdout
    items = json.loads(out.read_text())["items"]
    assert [item["likelihood_ratio"] is None for item in items] == [True] * 2 + [False] * 10


def test_items_that_nothing_can_be_told_of_are_named_and_pools_say_modules(two_modules, tmp_path):
    file, meta = two_modules
    header, *rows = file.read_text().split()
    text = "\n".join([f"{header},q12", *(f"{row},1" for row in rows)])
    file.write_text(text, encoding="utf-8")
    args = ("dif", file, "--group", "unit", "--focal", "nn", "--items", meta)
    assert spor(*args).output.startswith(f"Error: {file}: module all: ")
    meta.write_text(meta.read_text() + "q12,B\n", encoding="utf-8")
    assert "note: q12: every answer scored 1 (900 answers)" in spor(*args).stderr
    assert "--pool or --items, not both" in spor(*args, "--pool", meta).output


@pytest.mark.parametrize("long", [False, True])
def test_who_is_of_no_group_is_left_out_and_told_of(tmp_path, long):
    file = tmp_path / "R.csv"
    rng = np.random.default_rng(3)
    scores = (rng.random((200, 6)) < 0.6).astype(int)
    gender = ["", *["woman", "man"] * 99, ""]
    if long:
        rows = [
            f"p{n},q{j},{x},{gender[n]}" for n, row in enumerate(scores) for j, x in enumerate(row)
        ]
        file.write_text("\n".join(["person,item,score,unit", *rows]), encoding="utf-8")
    else:
        file.write_text(wide(scores, gender), encoding="utf-8")
    compared = spor("dif", file, "--group", "unit", "--focal", "woman")
    assert compared.exit_code == 0, compared.output
    assert "99 of woman, 99 others" in compared.stdout
    pool, report = tmp_path / "P.csv", tmp_path / "R.json"
    args = ("--groups", "unit", "--priors", "weak", "--out", pool, "--json", report)
    grouped = spor("calibrate", file, *args)
    assert grouped.exit_code == 0, grouped.output
    assert json.loads(report.read_text())["n_persons"] == 198
    fitted = spor("fit", file, "--pool", pool, "--groups", "unit")
    for result in (compared, grouped, fitted):
        assert "note: left out, without a unit: 2 persons\n" in result.stderr
    nobody = [line.replace("woman", "").replace("man", "") for line in file.read_text().split("\n")]
    file.write_text("\n".join(nobody), encoding="utf-8")
    refused = spor("calibrate", file, *args)
    assert (refused.exit_code, "nobody has a unit" in refused.output) == (1, True)
