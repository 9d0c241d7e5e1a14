"""CPU time and accuracy of calibration, ours and peers', on the same data in the same run.

    python benchmarks/calibration.py [--peers OTHER_PYTHON] [--only 2pl,3pl] [--scale 20000,80000]

The peers (mirt, theta-irt, girth from PyPI) live in an environment of their own, whose interpreter
is OTHER_PYTHON; without it only ours is measured. One thread each. Times are CPU seconds of the
fit from an array in memory; "with errors" adds standard errors. theta-irt is measured at its
second run, after it has compiled. Fits without and with errors (and, of ours, the two products that
a cycle cannot do without) take turns in one process, up to 40 times or for half a minute, and the
least of each counts: other work on the machine only adds.
"""

# Each worker runs in an interpreter that has one of the packages only.
# ruff: noqa: ANN001, ANN002, ANN003, ANN201, PLC0415

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# This file's folder is first on the path, and would hide the package of the same name.
sys.path[0] = str(ROOT)

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
SINGLE = dict.fromkeys(THREADS, "1") | {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
}
PROBLEMS = {
    "2pl": ("2PL", 2_000, 40, None),
    "3pl": ("3PL", 5_000, 60, None),
    "grm": ("GRM", 2_000, 20, None),
    "sparse": ("2PL", 20_000, 300, 25),
    "large": ("2PL", 100_000, 100, None),
}
TITLES = {
    "2pl": "2PL 2 000 × 40",
    "3pl": "3PL 5 000 × 60, priors",
    "grm": "GRM 2 000 × 20 × 5",
    "sparse": "2PL 20 000 × 300, 25 answered",
    "large": "2PL 100 000 × 100",
}
PEERS = ("theta", "mirt", "mirt_priors", "girth")
SECONDS = 240
ROUNDS, ENOUGH = 40, 30
# A million persons are simulated and sorted before they are fitted.
SCALE_SECONDS = 3600


def simulate(name, persons=None):
    """Scores (N, J) as bytes, -1 where not asked, and the true a, b: fixed seeds."""
    import numpy as np

    model, n, j, given = PROBLEMS[name]
    n = persons or n
    rng = np.random.default_rng(20260901)
    a = rng.lognormal(0.2, 0.35, j)
    if model == "GRM":
        b = rng.normal(0, 0.7, (j, 1)) + np.array([-1.35, -0.45, 0.45, 1.35])
        b += rng.uniform(-0.3, 0.3, b.shape)
        star = 1 / (1 + np.exp(-a[:, None] * (rng.normal(size=(n, 1, 1)) - b)))
        return (rng.random((n, j, 1)) < star).sum(axis=2).astype(np.int8), a, b
    b = rng.normal(0, 1.1, j)
    c = rng.beta(5, 17, j) if model == "3PL" else np.zeros(j)
    scores = np.full((n, j), -1, dtype=np.int8)
    for begin in range(0, n, 10_000):
        rows = slice(begin, min(begin + 10_000, n))
        theta = rng.normal(size=(rows.stop - rows.start, 1))
        chance = c + (1 - c) / (1 + np.exp(-a * (theta - b)))
        scores[rows] = rng.random(chance.shape) < chance
        if given:
            hidden = np.argsort(rng.random(chance.shape), axis=1)[:, given:]
            np.put_along_axis(scores[rows], hidden, -1, axis=1)
    return scores, a, b


def in_turns(*ways):
    """Return the least CPU seconds of each way, and what each returned last."""
    least, spent, found = [float("inf")] * len(ways), 0.0, [None] * len(ways)
    for _ in range(ROUNDS):
        for number, way in enumerate(ways):
            began = time.process_time()
            found[number] = way()
            took = time.process_time() - began
            least[number], spent = min(least[number], took), spent + took
        if spent > ENOUGH:
            break
    return least, found


def ours(name, scores):
    """(seconds, seconds with errors, cycles, a, b, seconds of a cycle's floor) of this package."""
    import numpy as np

    from calibration import ItemPrior, Model, Priors, Responses, StandardErrors, fit
    from calibration.priors import NO_PRIORS, Beta, Normal

    model = Model(PROBLEMS[name][0])
    on_guessing = Priors(ItemPrior(Normal(0, 0.5), Normal(0, 2), Beta(5, 17)))
    priors = on_guessing if model is Model.THREE_PL else NO_PRIORS
    data = responses_of(Responses, scores)
    answers, table, posterior = floor(name, scores)
    seconds, (_, found, _) = in_turns(
        lambda: fit(data, models=model, priors=priors, se=StandardErrors.NONE),
        lambda: fit(data, models=model, priors=priors, se=StandardErrors.OAKES),
        lambda: (answers @ table, answers.T @ posterior),
    )
    a = np.array([item["a"] for item in found.items])
    b = np.array([item.values[1:5] if name == "grm" else item["b"] for item in found.items])
    return (*seconds[:2], found.cycles, a, b, seconds[2])


def floor(name, scores):
    """Return what one cycle's two products are made of: GEMMs, or a sparse gather, 61 nodes."""
    import numpy as np
    from scipy import sparse

    rng = np.random.default_rng(0)
    posterior = rng.random((len(scores), 61))
    if name in {"sparse", "grm"}:
        people, items = np.nonzero(scores >= 0)
        columns = items * 5 + scores[people, items]
        shape = (len(scores), 5 * scores.shape[1])
        answers = sparse.csr_array((np.ones(people.size), (people, columns)), shape)
    else:
        answers = scores.astype(float)
    return answers, rng.random((answers.shape[1], 61)), posterior


def responses_of(kind, scores):
    import numpy as np

    if scores.min() >= 0:
        return kind.from_matrix(scores)
    people, items = np.nonzero(scores >= 0)
    order = [str(j) for j in range(scores.shape[1])]
    return kind.from_list(people, items.astype(str), scores[people, items], all_items=order)


def theta(name, scores):
    import numpy as np
    from theta import fit

    if name == "grm":
        raise SystemExit("no GRM")
    table = np.where(scores < 0, np.nan, scores.astype(float))
    fit(table, PROBLEMS[name][0])
    (plain,), (found,) = in_turns(lambda: fit(table, PROBLEMS[name][0]))
    errors = float("nan")
    if name in {"2pl", "3pl"}:
        found.standard_errors(table)
        (errors,), _ = in_turns(lambda: found.standard_errors(table))
    return plain, plain + errors, found.n_iter, np.asarray(found.a), np.asarray(found.b)


def mirt_priors(name, scores):
    """Return what mirt gives with the priors that ours has."""
    from mirt.estimation import BetaPrior, LogNormalPrior, NormalPrior

    if name != "3pl":
        raise SystemExit("priors are for 3PL")
    own = {
        "discrimination": LogNormalPrior(0.0, 0.5),
        "difficulty": NormalPrior(0.0, 2.0),
        "guessing": BetaPrior(5.0, 17.0),
    }
    return mirt(name, scores, priors=own)


def mirt(name, scores, **more):
    import numpy as np
    from mirt import fit_mirt

    settings = {"model": PROBLEMS[name][0], "n_quadpts": 61} | more
    if name == "3pl":
        settings["accelerate"] = "squarem"
    answers = scores.astype(int)
    fit_mirt(answers[:200], **settings)
    seconds, (_, found) = in_turns(
        lambda: fit_mirt(answers, compute_standard_errors=False, **settings),
        lambda: fit_mirt(answers, compute_standard_errors=True, **settings),
    )
    values = found.model.parameters
    b = values["thresholds"] if name == "grm" else np.ravel(values["difficulty"])
    return (*seconds, 0, np.ravel(values["discrimination"]), np.asarray(b))


def girth(name, scores):
    import numpy as np
    from girth import grm_mml, twopl_mml

    if name == "3pl":
        raise SystemExit("its 3PL crashes")
    table = scores.T.astype(int)
    fit = grm_mml if name == "grm" else twopl_mml
    coded = table + 1 if name == "grm" else np.where(table < 0, -99999, table)
    (spent,), (found,) = in_turns(lambda: fit(coded, {"quadrature_n": 61}))
    return spent, float("nan"), 0, found["Discrimination"], found["Difficulty"]


def work(peer, name):
    """Measure one package on one problem; prints a line of JSON."""
    import numpy as np

    scores, a, b = simulate(name)
    plain, full, cycles, a_hat, b_hat, *low = globals()[peer](name, scores)
    rmse = [float(np.sqrt(np.nanmean((x - y) ** 2))) for x, y in ((a_hat, a), (b_hat, b))]
    print(json.dumps({"plain": plain, "full": full, "cycles": cycles, "rmse": rmse, "floor": low}))


def scale(persons):
    """Time and memory of sparse responses of `persons` × 300 with 25 answered."""
    import resource

    import numpy as np

    from calibration import Responses, fit

    scores, _, _ = simulate("sparse", persons)
    data = responses_of(Responses, scores)
    del scores
    size = data.answers.items.nbytes + data.answers.scores.nbytes + data.answers.starts.nbytes
    import tracemalloc

    tracemalloc.start()
    began = time.process_time()
    found = fit(data)
    spent = time.process_time() - began
    peak = tracemalloc.get_traced_memory()[1]
    top = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        json.dumps(
            {
                "seconds": spent,
                "stored": size,
                "beyond": peak,
                "resident": top,
                "cycles": found.cycles,
                "rows": int(np.size(data.group)),
            }
        )
    )


def run(python, *arguments):
    """The worker's JSON, or None and why not."""
    environment = os.environ | SINGLE
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [python, __file__, "--work", *map(str, arguments)],
                env=environment,
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=SCALE_SECONDS if arguments[0] == "scale" else SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"over {SECONDS} s"
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        return (done.stderr.strip().splitlines() or ["failed"])[-1][:70]
    return json.loads(lines[-1])


def report(names, peers):
    print(
        "| problem | package | CPU s | with errors | ratio to ours | with errors | "
        "RMSE a / b | cycles | × floor |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name in names:
        base = run(sys.executable, "ours", name)
        line(TITLES[name], "ours", base, base)
        if isinstance(base, str):
            continue
        for peer in PEERS if peers else ():
            line("", peer, run(peers, peer, name), base)


def line(title, package, found, base):
    if isinstance(found, str):
        print(f"| {title} | {package} | {found} | | | | | | |", flush=True)
        return
    full = [f"{found['full']:.3f}", f"{found['full'] / base['full']:.1f}"]
    full = full if found["full"] == found["full"] else ["none", ""]
    over = [f"{found['plain'] / (found['cycles'] * low):.2f}" for low in found["floor"]]
    cells = (
        title,
        package,
        f"{found['plain']:.3f}",
        full[0],
        f"{found['plain'] / base['plain']:.1f}",
        full[1],
        f"{found['rmse'][0]:.3f} / {found['rmse'][1]:.3f}",
        str(found["cycles"] or ""),
        "".join(over),
    )
    print(f"| {' | '.join(cells)} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", help="interpreter of an environment with the peers")
    parser.add_argument("--only", default=",".join(PROBLEMS))
    parser.add_argument("--scale", default="")
    parser.add_argument("--work", nargs="+")
    given = parser.parse_args()
    if given.work:
        kind, *rest = given.work
        scale(int(rest[0])) if kind == "scale" else work(kind, *rest)
        return
    if given.scale:
        print("| persons | CPU s | responses MB | beyond MB (traced) | of it | cycles |")
        print("|---|---|---|---|---|---|")
        for persons in given.scale.split(","):
            f = run(sys.executable, "scale", persons)
            print(
                f
                if isinstance(f, str)
                else f"| {persons} | {f['seconds']:.1f} | {f['stored'] / 1e6:.1f} | "
                f"{f['beyond'] / 1e6:.1f} | {f['beyond'] / f['stored']:.1f} | {f['cycles']} |",
                flush=True,
            )
        return
    report(given.only.split(","), given.peers)


if __name__ == "__main__":
    main()
