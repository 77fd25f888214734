"""`verify`: do everything in a results folder again, from the folder alone, and compare the bytes."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from sim.cli.errors import ExitCode, say
from sim.cli.helping import example
from sim.cli.options import jobs_option, quiet_option

if TYPE_CHECKING:
    from sim.experiment.executors import Jobs

SCENARIO = "scenario.resolved.yaml"
#: Kinds of folder that one verb makes of the resolved scenario, and the verb.
VERBS = {"run": "run", "study": "run", "sweep": "sweep"}


@click.command(
    "verify",
    short_help="Run a results folder again and compare every byte.",
    epilog=example("python -m sim verify RESULTS --jobs auto"),
)
@click.argument("results", type=click.Path(), metavar="RESULTS")
@jobs_option
@quiet_option
@click.pass_context
def verify_command(ctx: click.Context, results: str, jobs: Jobs, quiet: bool) -> None:
    """Do everything in the folder RESULTS again, from what it holds alone, and compare every file.

    Prints one line for each file that does not come out the same and exits with 1 if there is any. Wall-clock
    values and the machine's name in the manifest are not compared.
    """
    import sim
    from sim.experiment.canonical import read_manifest
    from sim.experiment.verify import folder_differences, other_machine
    from sim.scenario.units import count

    folder = Path(results)
    manifest = read_manifest(folder)
    if manifest["version"] != sim.__version__:
        say(f"made by version {manifest['version']}, this is {sim.__version__}: reason enough to differ")
    with TemporaryDirectory(prefix="sim-verify-") as place:
        again = _made_again(folder, manifest, jobs, Path(place), quiet)
        differences, machine = folder_differences(folder, again), other_machine(folder, again)
    if not differences:
        click.echo(f"all {len(manifest['files'])} files come out the same, byte for byte")
        click.echo(str(folder))
        return
    click.echo("\n".join(differences))
    if machine:
        say(f"made elsewhere ({'; '.join(machine)}), which may be why")
    click.echo(f"{count(len(differences), 'difference')} from a new run of the same study")
    click.echo(str(folder))
    ctx.exit(ExitCode.NOT_FINISHED)


def _made_again(folder: Path, manifest: dict[str, Any], jobs: Jobs, place: Path, quiet: bool) -> Path:
    """Return a new folder made of what *folder* holds."""
    from sim.experiment.canonical import kind_of
    from sim.experiment.folders import ResultsError

    kind = kind_of(manifest)
    if kind == "comparison":
        return _compared_again(folder, manifest, jobs, place)
    if kind not in VERBS:
        raise ResultsError(f"{folder} holds a {kind}, which verify cannot make again")
    words = _words(folder, manifest, jobs, place)
    ended = _call([VERBS[kind], *words, *(["--quiet"] if quiet else [])])
    made = sorted(p.parent for p in place.rglob("manifest.json"))
    # A chart that cannot be drawn here either is no reason not to compare.
    if ended not in (ExitCode.DONE, ExitCode.SOME_FAILED, ExitCode.NOT_FINISHED) or len(made) != 1:
        raise ResultsError(f"the study in {folder} cannot be run again, for the reason above")
    _reported_again(folder, manifest, made[0])
    return made[0]


def _reported_again(folder: Path, manifest: dict[str, Any], made: Path) -> None:
    """Make the dossier again, with what it was made of that is kept in *folder*."""
    from sim.experiment.canonical import read_whole
    from sim.report.dossier.folder import ANALYSIS, OUTLINES, REPLAY, REPORT, put_into

    if "charts_style" in manifest:
        put_into(made, {}, {"charts_style": _style(manifest)})
    files = manifest["files"]
    kept = [name for name in (ANALYSIS, OUTLINES) if name in files]
    if REPORT not in files or not (kept or REPLAY in files or not (made / REPORT).exists()):
        return
    put_into(made, read_whole(folder, kept)[1])
    _call(["report", str(made), "--quiet", *(["--animate"] if REPLAY in files else [])])


def _words(folder: Path, manifest: dict[str, Any], jobs: Jobs, place: Path) -> list[str]:
    from sim.experiment.canonical import read_whole

    read_whole(folder, (SCENARIO,))  # nothing is run from a damaged scenario
    words = [
        str(folder / SCENARIO),
        "--seed",
        str(manifest["seed"]),
        "--jobs",
        str(jobs),
        "--out",
        str(place),
    ]
    words += ["--style", _style(manifest)]
    if VERBS[manifest.get("kind", "run")] == "sweep":
        return [*words, *([] if _charts(manifest["files"]) != "none" else ["--no-charts"])]
    words += ["--charts", _charts(manifest["files"])]
    logged = _logged(folder / "events.jsonl.gz")
    typical = manifest.get("counts", {}).get("typical_run", -1)
    kept = sorted(run for run in logged if run != typical)
    return [*words, *(["--log", ",".join(map(str, kept))] if kept else [])]


def _style(manifest: dict[str, Any]) -> str:
    """Return the style of a folder's charts: that of `report`, which may have drawn them anew, or its own."""
    given = [*manifest.get("command", ()), ""]
    own = given[given.index("--style") + 1] if "--style" in given else "screen"
    return str(manifest.get("charts_style", own))


def _charts(files: Iterable[str]) -> str:
    """Return the choice of charts that leaves these files."""
    drawn = [name for name in files if name.startswith("charts/")]
    if not drawn:
        return "none"
    return "all" if any(name.endswith(".svg") for name in drawn) else "main"


def _logged(path: Path) -> set[int]:
    """Return the runs whose events a folder keeps; none if it keeps none that can be read."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return {int(json.loads(line)["run"]) for line in lines}
    except (OSError, EOFError, ValueError, KeyError):
        return set()


def _call(words: list[str]) -> int:
    """Run a verb in this process without its output; what it says of faults stays visible."""
    from sim.cli.errors import run_to_exit_code
    from sim.cli.groups import commands

    with redirect_stdout(io.StringIO()):
        return run_to_exit_code(commands(), words)


def _compared_again(folder: Path, manifest: dict[str, Any], jobs: Jobs, place: Path) -> Path:
    from sim.experiment.canonical import read_whole
    from sim.experiment.comparison import compare_sides, write_comparison
    from sim.experiment.sides import side_of_scenario
    from sim.report.compare_charts import draw_comparison
    from sim.report.styles import choosing_style
    from sim.scenario.load import load_scenario

    read_whole(folder, [side["scenario"] for side in manifest["sides"]])
    sides = [
        side_of_scenario(
            load_scenario(folder / s["scenario"]), s["name"], int(s["runs"]), int(s["seed"]), jobs
        )
        for s in manifest["sides"]
    ]
    found = compare_sides(sides, bool(manifest["paired"]))
    drawn = any(name.startswith("charts/") for name in manifest["files"])

    def draw(path: Path) -> None:
        with choosing_style(_style(manifest)):
            draw_comparison(found, path / "charts", "all" if drawn else "none")

    made = write_comparison(found, place, manifest["command"], draw)
    _reported_again(folder, manifest, made)
    return made
