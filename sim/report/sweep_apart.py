"""The summary and the charts of a large sweep, made in a process of their own.

What libraries for tables and pictures take, and what a million rows take while they are sorted, is gone with
that process; the one that runs the sweep stays small. It hands over the open file with the rows, so that
nothing is copied.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import warnings
from dataclasses import fields
from pathlib import Path
from typing import Any

from sim.experiment.folders import ResultsError
from sim.experiment.row_book import RowBook
from sim.experiment.sweep import SweepStudy
from sim.experiment.sweep_summary import SweepSummary
from sim.report.styles import choosing_style, chosen_style
from sim.report.undrawn import ChartWarning, heard

#: Sweeps of fewer runs are told in the process that ran them.
APART_FROM = 5_000
#: Of a sweep, what does not travel.
_STAYS = ("book", "plotter", "folder")


def fill_apart(study: SweepStudy, folder: Path, charts: bool) -> None:
    """Write a sweep's tables but for the runs, and its charts, from another process; its summary comes back.

    Raises:
        ResultsError: that process was killed.
        OSError: the folder cannot be written.
    """
    handle, places = study.book.shared()
    kept = {f.name: getattr(study, f.name) for f in fields(study) if f.name not in _STAYS}
    order = pickle.dumps((kept, study.book.columns, places, handle, folder, charts, chosen_style()))
    root = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    ended = subprocess.run(
        [sys.executable, "-m", "sim.report.sweep_apart"],
        input=order, stdout=subprocess.PIPE, pass_fds=[handle], env={**os.environ, "PYTHONPATH": paths},
        check=False,
        start_new_session=True,  # a terminal's interrupt reaches this process alone, which ends the other
    )  # fmt: skip
    if ended.returncode:
        raise ResultsError(
            f"the process that sums up the sweep ended with {ended.returncode}; it may need more memory: the "
            "runs are kept, the same command goes on"
        )
    answer, told = pickle.loads(ended.stdout)
    for warning in told:
        warnings.warn(warning, stacklevel=2)
    if isinstance(answer, Exception):
        raise answer
    assert isinstance(answer, SweepSummary)
    study.__dict__["_summary"] = answer


def main() -> None:
    """Do what the order on standard input says, and answer with the summary or with what went wrong."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that waits for this one answers interrupts
    answer: Any
    told: list[ChartWarning] = []
    try:
        with heard() as told:
            answer = _done(*pickle.load(sys.stdin.buffer))
    except (OSError, ResultsError) as error:
        answer = error
    sys.stdout.buffer.write(pickle.dumps((answer, told)))


def _done(
    kept: dict[str, Any], columns: int, places: Any, handle: int, folder: Path, charts: bool, style: str
) -> SweepSummary:
    from sim.report.sweep_folder import draw_charts, sweep_files

    study = SweepStudy(**kept, book=RowBook(columns, (handle, places)))
    for name, content in sweep_files(study).items():
        (folder / name).write_bytes(content)
    if charts:
        with choosing_style(style):
            draw_charts(study, folder)
    return study.summary()


if __name__ == "__main__":
    main()
