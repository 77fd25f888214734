"""A browser for the tests, if there is one; where it is required its absence is a failure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.cli.errors import run_to_exit_code
from sim.cli.groups import commands
from tests.browser.chromium import NAMES, Page, browser, chromium
from tests.report.nasty import nasty_file

REQUIRED = "CSTO_SIM_BROWSER_REQUIRED"


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One page of a headless Chromium."""
    if chromium() is None:
        said = f"no Chromium found ({', '.join(NAMES)}); on Debian: apt-get install chromium"
        if os.environ.get(REQUIRED):
            pytest.fail(f"{said}; {REQUIRED} is set, so it must be there")
        pytest.skip(said)
    with browser(tmp_path_factory.mktemp("chromium")) as found:
        yield found


@pytest.fixture(scope="session")
def dossiers(page: Page, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A dossier of each kind, of a scenario whose texts try to break out."""
    place = tmp_path_factory.mktemp("dossiers")
    file = nasty_file(place / "tiny.yaml")
    quiet = ("--quiet", "--jobs", 1)
    vary = ("--vary", "council.rule=consensus,simple_majority", "--vary", "mandate.troops=500:1500:500")
    sample = ("--sample", "latin", "--points", 6, "--vary", "unrest.growth=0.05 per h:0.1 per h")
    jobs = {
        "run": (file, "--reps", 16, "--charts", "none"),
        "sweep": ("sweep", file, *vary, "--reps", 6, "--no-charts"),
        "sample": ("sweep", file, *sample, "--vary", "mandate.troops=500:1500", "--reps", 6, "--no-charts"),
        "compare": ("compare", file, file, "--reps", 6, "--charts", "none"),
    }
    found = {}
    for kind, words in jobs.items():
        call(*words, *quiet, "--out", place / kind)
        (folder,) = [path.parent for path in (place / kind).rglob("manifest.json")]
        call("report", folder, *quiet)
        found[kind] = folder / "report.html"
    return found


def call(*words: object) -> None:
    assert run_to_exit_code(commands(), [str(word) for word in words]) == 0
