"""A results folder of each kind with its dossier, made once for all tests of a session."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from sim.cli.errors import run_to_exit_code
from sim.cli.groups import commands
from tests.report.nasty import nasty_file
from tests.tiny import tiny_yaml


def call(*words: object) -> int:
    """Call the command line in this process and return its exit code."""
    return run_to_exit_code(commands(), [str(word) for word in words])


def only(place: Path) -> Path:
    """Return the one results folder under *place*."""
    (found,) = [path.parent for path in place.rglob("manifest.json")]
    return found


@cache
def dossier_folders() -> dict[str, Path]:
    """Return one folder of each kind, of a scenario whose texts try to break out of the page."""
    place = Path(tempfile.mkdtemp(prefix="sim-dossiers-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    nasty = nasty_file(place / "tiny.yaml")
    plain = place / "plain.yaml"
    plain.write_text(tiny_yaml(), encoding="utf-8")
    vary = ("--vary", "council.rule=consensus,simple_majority", "--vary", "mandate.troops=500:1500:1000")
    sample = ("--sample", "latin", "--points", 5, "--vary", "crisis.unrest.growth=0.05 per h:0.1 per h")
    quiet = ("--quiet", "--jobs", 1)
    jobs = {
        "run": (nasty, "--reps", 8, "--charts", "none"),
        "sweep": ("sweep", nasty, *vary, "--reps", 4, "--no-charts"),
        "sample": ("sweep", nasty, *sample, "--vary", "mandate.troops=500:1500", "--reps", 4, "--no-charts"),
        "compare": ("compare", nasty, plain, "--reps", 6, "--charts", "none"),
    }
    found = {}
    for kind, words in jobs.items():
        assert call(*words, *quiet, "--out", place / kind) == 0
        found[kind] = only(place / kind)
        assert call("report", found[kind], *quiet) == 0
    return found
