"""What a simulation costs by items, nodes and examinees: time and peak memory, one thread.

    OMP_NUM_THREADS=1 python -m benchmarks.engine_scale [--out FILE]

Every row is a process of its own, so that its peak is its own. The default stop (rate of return,
4 to 30 questions) and the best item by information; 2PL. The last row has the most of both, items
and examinees, and five questions each.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.engine_step import THREADS, bank, design, items_of
from placement.pool import Pool
from placement.quadrature import Quadrature
from placement.simulation import simulate
from placement.stopping import FixedLength, RateOfReturn

ITEMS = (100, 300, 1000, 3000, 10_000)
NODES = (101, 201, 401, 801)
EXAMINEES = (1000, 10_000, 100_000)
FEW = 5
ROWS = [
    *((items, 201, 1000) for items in ITEMS),
    *((300, nodes, 1000) for nodes in NODES if nodes != 201),
    *((300, 201, examinees) for examinees in EXAMINEES[1:]),
    (ITEMS[-1], 201, EXAMINEES[-1]),
]


def measured(items: int, nodes: int, examinees: int) -> dict[str, float]:
    """Return seconds of processor time and peak megabytes, before and after the simulation."""
    pool = Pool.tabulate(items_of(bank(items), guessing=False), Quadrature(size=nodes))
    both = (items, examinees) == (ITEMS[-1], EXAMINEES[-1])
    rule = design(stopping=FixedLength(FEW) if both else RateOfReturn(minimum=4, maximum=30))
    simulate(rule, pool, np.zeros(8), seed=1)
    theta = np.random.default_rng(7).normal(size=examinees)
    before, start = _peak(), time.process_time()
    result = simulate(rule, pool, theta, seed=1)
    seconds = time.process_time() - start
    return {
        "items": items,
        "nodes": nodes,
        "examinees": examinees,
        "questions": result.mean_length,
        "seconds": seconds,
        "before": before,
        "peak": _peak(),
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_a_process(row: tuple[int, int, int]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.engine_scale", "--row", *map(str, row)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **THREADS},
    )
    return dict(json.loads(done.stdout))


def table(rows: list[dict[str, float]]) -> str:
    lines = [
        "| items | nodes | examinees | questions | s | ms an examinee | peak MB | at the start |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['items']} | {r['nodes']} | {r['examinees']} | {r['questions']:.1f} "
        f"| {r['seconds']:.2f} | {1000 * r['seconds'] / r['examinees']:.3f} "
        f"| {r['peak']:.0f} | {r['before']:.0f} |"
        for r in rows
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--row", type=int, nargs=3, help="measure one row: items nodes examinees")
    parser.add_argument("--out", type=Path, help="the figures as JSON")
    chosen = parser.parse_args()
    if chosen.row:
        print(json.dumps(measured(*chosen.row)))
        return
    rows = [in_a_process(row) for row in ROWS]
    print(table(rows))
    if chosen.out:
        chosen.out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
