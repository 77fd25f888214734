"""A browser for the tests, if there is one; where it is required its absence is a failure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import NAMES, Page, browser, chromium
from tests.report.dossiers import dossier_folders

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
def dossiers(page: Page) -> dict[str, Path]:
    """A dossier of each kind, of a scenario whose texts try to break out."""
    return {kind: folder / "report.html" for kind, folder in dossier_folders().items()}
