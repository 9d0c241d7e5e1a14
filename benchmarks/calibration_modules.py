"""Several modules at once, against a plain quasi-Monte-Carlo EM on the same data in the same run.

    python benchmarks/calibration_modules.py [--only 2pl,grm,sparse] [--peer OTHER_PYTHON]
    python benchmarks/calibration_modules.py --coverage 100

One thread; times are CPU seconds from an array in memory. The plain way is written out here: Sobol
points for everybody, two matrix products a cycle, Newton for each item, until no parameter moves by
more than 1e-4. `mirt` from PyPI has a QMCEM that does not estimate correlations: it is given ours,
and lives in an environment whose interpreter is OTHER_PYTHON. All log likelihoods are of the
parameters found, by our own quadrature.
"""

# Workers import what they measure only.
# ruff: noqa: ANN001, ANN002, ANN201, PLC0415

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
SINGLE = dict.fromkeys(THREADS, "1")
RHO, MODULES = 0.6, 5
# Persons, items a module, categories, answers a module.
PROBLEMS = {
    "2pl": (1_000, 9, 2, None),
    "grm": (1_000, 9, 4, None),
    "sparse": (3_000, 60, 2, 15),
}
TITLES = {
    "2pl": "2PL 1 000 × 45, five modules",
    "grm": "GRM 1 000 × 45 × 4 categories, five modules",
    "sparse": "2PL 3 000 × 300, five modules, 15 answered of each",
}
SECONDS = 1_800
POINTS = (2_048, 8_192, 32_768)


def simulate(name, seed=20261101):
    """Scores (N, D J), nan where not asked, and the true a, b: fixed seeds."""
    import numpy as np

    n, j, categories, given = PROBLEMS[name]
    rng = np.random.default_rng(seed)
    theta = RHO**0.5 * rng.normal(size=(n, 1)) + (1 - RHO) ** 0.5 * rng.normal(size=(n, MODULES))
    theta = np.repeat(theta, j, axis=1)[:, :, None]
    a = rng.lognormal(0.2, 0.35, MODULES * j)
    steps = np.zeros(1) if categories == 2 else np.linspace(-1, 1, categories - 1)
    b = rng.normal(0, 1.1 if categories == 2 else 0.7, (MODULES * j, 1)) + steps
    star = 1 / (1 + np.exp(-a[:, None] * (theta - b)))
    scores = (rng.random((n, MODULES * j, 1)) < star).sum(axis=2).astype(float)
    if given:
        order = np.argsort(rng.random((n, MODULES, j)), axis=2)
        scores[order.reshape(n, -1) >= given] = np.nan
    return scores, a, b


def names_of(name):
    j = PROBLEMS[name][1]
    return {f"m{d}": [f"{d * j + i + 1}" for i in range(j)] for d in range(MODULES)}


def ours(name):
    import numpy as np

    from calibration import Model, StandardErrors, fit_modules

    scores, a, _ = simulate(name)
    model = Model.GRM if PROBLEMS[name][2] > 2 else Model.TWO_PL
    began = time.process_time()
    found = fit_modules(scores, names_of(name), models=model, se=StandardErrors.NONE)
    plain = time.process_time() - began
    began = time.process_time()
    found = fit_modules(scores, names_of(name), models=model)
    full = time.process_time() - began
    slopes = np.array([item["a"] for module in found.modules for item in module.items])
    return {
        "plain": plain,
        "full": full,
        "cycles": found.cycles,
        "log_likelihood": found.log_likelihood,
        "rmse": float(np.sqrt(np.mean((slopes - a) ** 2))),
        "correlations": found.correlations.tolist(),
        "se": found.correlations_se.tolist(),
        "converged": found.converged,
    }


def log_likelihood(name, a, d, correlations):
    """The marginal log likelihood of any parameters, by our own quadrature."""
    import numpy as np

    from calibration import Model, Responses
    from calibration.joint_building import pose_jointly, split
    from calibration.joint_reporting import marginal
    from calibration.priors import NO_PRIORS
    from calibration.screening import models_of, screen

    data = Responses.from_matrix(simulate(name)[0])
    parts = split(screen(data, models_of(data.items, Model.TWO_PL)), names_of(name))
    problem, _, _ = pose_jointly(data, parts, NO_PRIORS, np.linspace(-6, 6, 61))
    items = np.stack((a, d), axis=1).ravel()
    pairs = np.asarray(correlations)[np.triu_indices(MODULES, 1)]
    return marginal(problem, problem.at(np.concatenate((items, pairs))))


def qmcem(name, points, cycles=2_000, tolerance=1e-4):
    """EM on the same quasi-random points for everybody: 2PL, nothing missing."""
    import numpy as np
    from scipy.special import expit, log_expit
    from scipy.stats import norm, qmc

    scores, truth, _ = simulate(name)
    n, j = scores.shape
    module = np.repeat(np.arange(MODULES), j // MODULES)
    began = time.process_time()
    z = norm.ppf(qmc.Sobol(MODULES, seed=1).random_base2(int(points).bit_length() - 1))
    share = scores.mean(axis=0)
    a, d = np.ones(j), 1.16 * np.log(share / (1 - share))
    correlations, done = np.full((MODULES, MODULES), 0.3) + 0.7 * np.eye(MODULES), 0
    for _ in range(cycles):
        theta = z @ np.linalg.cholesky(correlations).T
        own = theta[:, module].T
        predictor = a[:, None] * own + d[:, None]
        logs = scores @ predictor + log_expit(-predictor).sum(axis=0)
        logs -= logs.max(axis=1, keepdims=True)
        weights = np.exp(logs, out=logs)
        weights /= weights.sum(axis=1, keepdims=True)
        right, mass = scores.T @ weights, weights.sum(axis=0)
        old = np.concatenate((a, d, correlations.ravel()))
        for _ in range(3):
            chance = expit(a[:, None] * own + d[:, None])
            off, spread = right - mass * chance, mass * chance * (1 - chance)
            g0, g1 = off.sum(axis=1), (off * own).sum(axis=1)
            h00, h01, h11 = (spread * own**p for p in range(3))
            h00, h01, h11 = h00.sum(axis=1), h01.sum(axis=1), h11.sum(axis=1)
            det = h00 * h11 - h01**2
            d = d + (h11 * g0 - h01 * g1) / det
            a = a + (h00 * g1 - h01 * g0) / det
        spread = (theta * mass[:, None]).T @ theta / n
        sd = np.sqrt(np.diag(spread))
        correlations = spread / np.outer(sd, sd)
        a = a * sd[module]
        change = np.abs(np.concatenate((a, d, correlations.ravel())) - old).max()
        done += 1
        if change < tolerance:
            break
    seconds = time.process_time() - began
    return {
        "plain": seconds,
        "cycles": done,
        "log_likelihood": log_likelihood(name, a, d, correlations),
        "rmse": float(np.sqrt(np.mean((a - truth) ** 2))),
        "correlations": correlations.tolist(),
    }


def mirt_qmcem(name, correlations, points):
    """The QMCEM of mirt from PyPI, whose covariance of abilities is given."""
    import numpy as np
    from mirt.estimation.mcem import QMCEMEstimator
    from mirt.models.multidimensional import MultidimensionalModel

    scores, truth, _ = simulate(name)
    j = PROBLEMS[name][1]
    pattern = np.kron(np.eye(MODULES), np.ones((j, 1)))
    model = MultidimensionalModel(
        n_items=MODULES * j, n_factors=MODULES, model_type="confirmatory", loading_pattern=pattern
    )
    began = time.process_time()
    fitted = QMCEMEstimator(n_samples=int(points), seed=1).fit(
        model, scores.astype(int), prior_cov=np.array(json.loads(correlations))
    )
    seconds = time.process_time() - began
    parameters = fitted.model.parameters
    slopes = np.asarray(parameters["slopes"] if "slopes" in parameters else parameters["loadings"])
    a = slopes.sum(axis=1)
    return {
        "plain": seconds,
        "cycles": fitted.n_iterations,
        "a": a.tolist(),
        "d": np.asarray(parameters["intercepts"]).tolist(),
        "rmse": float(np.sqrt(np.mean((a - truth) ** 2))),
    }


def coverage(samples):
    """Share of 95 % intervals that hold the truth, N = 400, three modules of eight 2PL items."""
    import numpy as np

    from calibration import fit_modules

    hits = {"correlation": [], "a": [], "b": []}
    spread, errors = [], []
    for seed in range(samples):
        rng = np.random.default_rng(500 + seed)
        theta = RHO**0.5 * rng.normal(size=(400, 1)) + (1 - RHO) ** 0.5 * rng.normal(size=(400, 3))
        a, b = rng.lognormal(0.2, 0.35, 24), rng.normal(0, 1.1, 24)
        chance = 1 / (1 + np.exp(-a * (np.repeat(theta, 8, axis=1) - b)))
        scores = (rng.random(chance.shape) < chance).astype(float)
        names = {f"m{d}": [f"{8 * d + i + 1}" for i in range(8)] for d in range(3)}
        found = fit_modules(scores, names)
        off = np.triu_indices(3, 1)
        hits["correlation"] += (
            np.abs(found.correlations[off] - RHO) < 1.96 * found.correlations_se[off]
        ).tolist()
        spread += (found.correlations[off] - RHO).tolist()
        errors += found.correlations_se[off].tolist()
        items = [item for module in found.modules for item in module.items]
        for name, truth in (("a", a), ("b", b)):
            hits[name] += [
                abs(item[name] - t) < 1.96 * item.se[name]
                for item, t in zip(items, truth, strict=True)
            ]
    shares = {name: float(np.mean(hit)) for name, hit in hits.items()}
    return shares | {
        "sd of estimates": float(np.std(spread)),
        "mean error": float(np.mean(errors)),
        "bias": float(np.mean(spread)),
    }


def run(python, *arguments):
    """The worker's JSON, or why not."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [python, __file__, "--work", *map(str, arguments)],
                env=os.environ | SINGLE,
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"over {SECONDS} s"
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        return (done.stderr.strip().splitlines() or ["failed"])[-1][:90]
    return json.loads(lines[-1])


def line(title, way, found, base):
    if isinstance(found, str):
        print(f"| {title} | {way} | {found} | | | | |", flush=True)
        return
    full = f"{found['full']:.2f}" if "full" in found else ""
    print(
        f"| {title} | {way} | {found['plain']:.2f} | {full} | {found['plain'] / base:.1f} | "
        f"{found['cycles']} | {found['log_likelihood']:.3f} | {found['rmse']:.4f} |",
        flush=True,
    )


def report(names, peer):
    print(
        "| problem | way | CPU s | with errors | ratio | cycles | log likelihood | RMSE of a |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    for name in names:
        base = run(sys.executable, "ours", name)
        line(TITLES[name], "ours", base, base["plain"] if isinstance(base, dict) else 1)
        if name != "2pl" or isinstance(base, str):
            continue
        for points in POINTS:
            found = run(sys.executable, "qmcem", name, points)
            line("", f"plain QMCEM, {points} points", found, base["plain"])
        for points in POINTS[:2] if peer else ():
            found = run(peer, "mirt", name, json.dumps(base["correlations"]), points)
            if isinstance(found, dict):
                arguments = json.dumps([found["a"], found["d"], base["correlations"]])
                found["log_likelihood"] = run(sys.executable, "value", name, arguments)
            line("", f"mirt (Py) QMCEM, {points} points, our correlations", found, base["plain"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PROBLEMS))
    parser.add_argument("--peer", help="interpreter of an environment with mirt from PyPI")
    parser.add_argument("--coverage", type=int, default=0)
    parser.add_argument("--work", nargs="+")
    given = parser.parse_args()
    if given.work:
        kind, *rest = given.work
        tasks = {
            "ours": ours,
            "qmcem": lambda name, points: qmcem(name, int(points)),
            "mirt": mirt_qmcem,
            "value": lambda name, text: log_likelihood(name, *json.loads(text)),
            "coverage": lambda count: coverage(int(count)),
        }
        print(json.dumps(tasks[kind](*rest)))
    elif given.coverage:
        print(run(sys.executable, "coverage", given.coverage))
    else:
        report(given.only.split(","), given.peer)


if __name__ == "__main__":
    main()
