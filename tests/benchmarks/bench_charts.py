"""What drawing costs: a chart against a bare script with the same artists, and its share of an ordinary run.

Run it as `python tests/benchmarks/bench_charts.py` on a machine that does nothing else. The bare script holds
the artists of a finished chart (lines, patches, texts, ticks, in numbers) and builds and renders them again
with matplotlib's own calls on a Figure with Agg, knowing nothing of a study.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from matplotlib.collections import PathCollection, PolyCollection  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.patches import PathPatch, Rectangle  # noqa: E402

from sim import api  # noqa: E402
from sim.experiment.study import Study, run_study  # noqa: E402
from sim.report.charts import draw, draw_charts, main_charts  # noqa: E402
from sim.report.figures import Chart, drawing_settings, render  # noqa: E402

SCENARIO = ROOT / "scenarios" / "kazakhstan.yaml"
REPLICATIONS, TIMES = 200, 9


def bare(chart: Chart) -> Callable[[], None]:
    """Return work that draws the artists of a chart from plain numbers."""
    panels = [_held(axes) for axes in chart.figure.axes]
    texts = [(*t.get_position(), t.get_text(), t.get_fontsize()) for t in chart.figure.texts]
    size = chart.figure.get_size_inches()
    legends = [[t.get_text() for t in one.get_texts()] for one in chart.figure.legends]

    def work() -> None:
        with drawing_settings():
            figure = Figure(figsize=size, dpi=160)
            for x, y, words, points in texts:
                figure.text(x, y, words, fontsize=points)
            for panel in panels:
                _draw(figure, panel)
            for names in legends:
                figure.legend(handles=[Rectangle((0, 0), 1, 1, label=n) for n in names], ncols=5)
            figure.savefig(io.BytesIO(), format="png")

    return work


def _held(axes: Any) -> dict[str, Any]:
    """Return what an axes shows, as numbers."""
    found: dict[str, Any] = {"box": axes.get_position().bounds, "x": axes.get_xlim(), "y": axes.get_ylim()}
    found["lines"] = [
        (line.get_xdata(), line.get_ydata(), line.get_color(), line.get_marker(), line.get_linestyle(),
         line.get_transform() - axes.transData if line.get_transform() is not axes.transData else None)
        for line in axes.lines
    ]  # fmt: skip
    found["patches"] = [
        (p.get_xy(), p.get_width(), p.get_height(), p.get_facecolor(), p.get_hatch())
        for p in axes.patches if isinstance(p, Rectangle)
    ]  # fmt: skip
    found["areas"] = [
        ([path.vertices for path in c.get_paths()], c.get_facecolor())
        for c in axes.collections if isinstance(c, PolyCollection) and not isinstance(c, PathCollection)
    ]  # fmt: skip
    found["texts"] = [(t.get_position(), t.get_text(), t.get_fontsize(), t.get_bbox_patch() is not None)
                      for t in axes.texts]  # fmt: skip
    found["ticks"] = [
        (list(axis.get_ticklocs()), [t.get_text() for t in axis.get_ticklabels()], axis.get_label_text())
        for axis in (axes.xaxis, axes.yaxis)
    ]
    found["grid"] = [axis.get_gridlines()[0].get_visible() if axis.get_gridlines() else False
                     for axis in (axes.xaxis, axes.yaxis)]  # fmt: skip
    legend = axes.get_legend()
    found["legend"] = [t.get_text() for t in legend.get_texts()] if legend else []
    found["others"] = len([p for p in axes.patches if isinstance(p, PathPatch)])
    return found


def _draw(figure: Figure, panel: dict[str, Any]) -> None:
    axes = figure.add_axes(panel["box"])
    for xs, ys, colour, marker, line, _ in panel["lines"]:
        axes.plot(xs, ys, color=colour, marker=marker, linestyle=line)
    for corner, width, height, colour, hatch in panel["patches"]:
        axes.add_patch(Rectangle(corner, width, height, facecolor=colour, hatch=hatch))
    for paths, colour in panel["areas"]:
        axes.add_collection(PolyCollection(paths, facecolors=colour))
    for (x, y), words, points, boxed in panel["texts"]:
        axes.text(x, y, words, fontsize=points, bbox={"pad": 1} if boxed else None)
    axes.set_xlim(*panel["x"])
    axes.set_ylim(*panel["y"])
    for axis, (places, words, label), grid in zip((axes.xaxis, axes.yaxis), panel["ticks"], panel["grid"],
                                                  strict=True):  # fmt: skip
        axis.set_ticks(places, words)
        axis.set_label_text(label)
        axis.grid(visible=grid)
    if panel["legend"]:
        axes.legend(handles=[Rectangle((0, 0), 1, 1, label=name) for name in panel["legend"]], ncols=5)


def seconds(work: Callable[[], object]) -> float:
    """Return the median processor seconds of *work*, done once to warm up."""
    work()
    found = []
    for _ in range(TIMES):
        begun = process_time()
        work()
        found.append(process_time() - begun)
    return median(found)


def chart_rows(study: Study) -> list[tuple[str, str, str, bool]]:
    """Return the ratio of each of the two main charts to its bare script."""
    rows = []
    for name in main_charts(study.scenario):
        chart = draw(study, name)
        ours, theirs = seconds(lambda name=name: render(draw(study, name), "png")), seconds(bare(chart))  # type: ignore[misc]
        words = f"{ours / theirs:.2f} ({1000 * ours:.0f} ms against {1000 * theirs:.0f} ms)"
        rows.append(
            (f"{name}: drawn and written, over the bare script", words, "<= 1.3", ours <= 1.3 * theirs)
        )
    return rows


def share_row(study: Study, simulated: float) -> tuple[str, str, str, bool]:
    """Return the share of drawing in a run with its default two charts, the first drawing in its process."""
    with tempfile.TemporaryDirectory() as place:
        begun = process_time()
        draw_charts(study, Path(place), "main")
        drawing = process_time() - begun
    share = drawing / (drawing + simulated)
    words = f"{100 * share:.0f} % ({drawing:.2f} s of {drawing + simulated:.2f} s)"
    return (
        f"two charts in a run of {REPLICATIONS} replications, variants too",
        words,
        "<= 33 %",
        share <= 1 / 3,
    )


def main() -> None:
    """Measure, and print the table."""
    scenario = api.load(SCENARIO)
    begun = process_time()
    study = run_study(scenario, REPLICATIONS, jobs=1)
    study.summary()
    simulated = process_time() - begun
    rows = [share_row(study, simulated), *chart_rows(study)]
    for name, value, target, met in rows:
        print(f"{name:<62}{value:<34}{target:<10}{'met' if met else 'NOT MET'}")


if __name__ == "__main__":
    main()
