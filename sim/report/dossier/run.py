"""The dossier of a study: a scenario run many times."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.dossier.answer import answer
from sim.report.dossier.decision import decision
from sim.report.dossier.influence import influence
from sim.report.dossier.inputs import inputs
from sim.report.dossier.markup import Child, Html, tag
from sim.report.dossier.model import checklist, odd
from sim.report.dossier.origin import origin, versions
from sim.report.dossier.page import Section, page
from sim.report.dossier.pictures import charts
from sim.report.dossier.recorded import recorded
from sim.report.dossier.story import story
from sim.report.map.svg import map_svg
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.scenario.models import Scenario


def study_dossier(
    study: Study, outlines: Path | None = None, analysis: str | None = None, files: Path | None = None
) -> bytes:
    """Return the dossier of *study* as one HTML file.

    Args:
        study: what to tell.
        outlines: a GeoJSON file of outlines for the map, in place of those shipped.
        analysis: the table of a sensitivity analysis of the same scenario, as text.
        files: the folder into which the charts have been drawn already, if they have.

    Raises:
        OutlinesError: the outlines cannot be used.
    """
    scenario = study.scenario
    drawn = study.typical >= 0
    parts = [
        Section("answer", "The answer", answer(study)),
        Section("story", "The story of a typical run", story(study)),
        *([Section("map", "The map", Html(map_svg(study, outlines, "replay")))] if drawn else []),
        *([Section("charts", "Charts", charts(study, files))] if study.summary().n else []),
        Section("decision", "The decision", decision(study)),
        Section("recorded", "Recorded against simulated", recorded(study)),
        Section("inputs", "Inputs, with sources and confidence", inputs(scenario)),
        Section("influence", "Assumptions by influence", influence(study, analysis)),
        Section("model", "The model in short (ODD)", odd(scenario)),
        Section("checklist", "Reporting checklist (STRESS-DES)",
                checklist(scenario, study.seed, _runs(study), versions())),
        Section("origin", "Manifest, and how to make this again", origin(study)),
    ]  # fmt: skip
    return page(scenario.title, lead(scenario, _runs(study)), parts)


def lead(scenario: Scenario, what: str) -> Child:
    """Return what stands under the title: description, runs, start."""
    when = scenario.start.isoformat(sep=" ", timespec="minutes")
    return [
        tag("p", scenario.description.strip(), dir="auto", class_="quiet"),
        tag("p", f"{what}; starts {when}, {float(scenario.horizon):g} h simulated.", class_="note"),
    ]


def _runs(study: Study) -> str:
    draws = len({run.draw for run in study.design if run.draw is not None})
    over = f" over {count(draws, 'outer draw')} of the uncertain inputs" if draws else ""
    return f"{count(len(study.rows), 'replication')}{over}, seed {study.seed}"
