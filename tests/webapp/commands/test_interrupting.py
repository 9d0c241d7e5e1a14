"""Ctrl-C during a calibration: what was there stays there, and nothing half written beside it."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from webapp.commands import files


def big_table(folder):
    """Answers whose 480 draws take many seconds."""
    rng = np.random.default_rng(1)
    scores = (rng.random((1500, 60)) < 0.5).astype(int)
    rows = [",".join([f"p{n}", *map(str, row)]) for n, row in enumerate(scores)]
    file = folder / "RESPONSES.csv"
    file.write_text("\n".join([",".join(["person", *(f"q{j}" for j in range(60))]), *rows]))
    return file


@pytest.mark.slow
def test_a_real_interrupt_leaves_files_as_they_were(tmp_path) -> None:
    names = {"--out": "POOL.csv", "--json": "REPORT.json", "--html": "REPORT.html"}
    for name in names.values():
        (tmp_path / name).write_text("as it was", encoding="utf-8")
    outputs = [part for option, name in names.items() for part in (option, str(tmp_path / name))]
    program = [sys.executable, "-m", "webapp", "calibrate", str(big_table(tmp_path)), *outputs]
    process = subprocess.Popen(
        [*program, "--priors", "hierarchical", "--progress"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    assert process.stderr is not None
    seen = ""
    for line in process.stderr:
        seen += line
        if ", draws [" in line:
            break
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, rest = process.communicate(timeout=30)
    assert time.monotonic() - began < 15
    assert process.returncode != 0
    assert "cycle" in seen
    assert "Traceback" not in seen + rest
    assert "Aborted!" in rest
    assert {f.name for f in tmp_path.iterdir()} == {"RESPONSES.csv", *names.values()}
    assert all((tmp_path / name).read_text() == "as it was" for name in names.values())


@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_interrupt_while_files_are_written(tmp_path, monkeypatch, at) -> None:
    """Between two files, and in the midst of one: each is whole, old or new."""
    written, plain = [], os.fsync

    def interrupted(handle: int) -> None:
        if len(written) == at:
            raise KeyboardInterrupt
        written.append(handle)
        plain(handle)

    monkeypatch.setattr(os, "fsync", interrupted)
    texts = {tmp_path / name: "new" * 1000 for name in ("a", "b", "c")}
    for file in texts:
        file.write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        files.write(texts)
    assert {f.name for f in tmp_path.iterdir()} == {"a", "b", "c"}
    assert all(file.read_text() == "old" for file in texts)
