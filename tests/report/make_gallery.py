"""Make the gallery of charts: `python -m tests.report.make_gallery`, from the root of the repository.

Every picture comes out of a command that a reader can type; it is made smaller and put into
`results/gallery/`, and the page that shows it into `results/README.md`, between its two marks.
"""

from __future__ import annotations

import io
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
GALLERY, PAGE = ROOT / "results" / "gallery", ROOT / "results" / "README.md"
MARKS = ("<!-- gallery -->", "<!-- end of the gallery -->")
#: Pixels across, colours, and the most bytes of one picture and of all.
WIDE, COLOURS, ONE, ALL = 864, 80, 60_000, 1_200_000
#: How far apart two colours of a picture's palette are at least (sum of the differences of their channels).
APART = 18


@dataclass(frozen=True)
class Picture:
    """One picture: the file that a command's results folder holds it in, and what it shows."""

    name: str
    file: str
    shows: str


COMMANDS: dict[str, tuple[Picture, ...]] = {
    "run scenarios/kazakhstan.yaml --reps 200 --charts all": (
        Picture("timeline", "charts/timeline.png", "who did what when, against the record"),
        Picture("decision", "charts/decision.png", "from the appeal to what was agreed, and who objected"),
        Picture("ladder", "charts/ladder.png", "how far the response went"),
        Picture("positions", "charts/positions.png", "what each member answered"),
        Picture("troops", "charts/troops.png", "force closure: troops in theatre by member"),
        Picture("flights", "charts/flights.png", "flights in and out, by day"),
        Picture("bottlenecks", "charts/bottlenecks.png", "where the hours to full deployment went"),
        Picture("unrest", "charts/unrest.png", "unrest, detentions and calm sites"),
        Picture("effects", "charts/effects.png", "what each variant changes"),
        Picture("record", "charts/record.png", "the record against the simulation"),
        Picture("fitted", "charts/fitted.png", "inputs before and after the calibration"),
        Picture("map", "charts/map.png", "where the force came from and where it stood"),
    ),
    "run scenarios/afghan_border.yaml --reps 100 --no-variants --charts all": (
        Picture("border", "charts/border.png", "stopped and crossed by sector"),
        Picture("border_time", "charts/border_time.png", "the border over time"),
        Picture("refugees", "charts/refugees.png", "people who fled over a border"),
    ),
    "run scenarios/neighbours_badghis.yaml --reps 100 --no-variants --charts all": (
        Picture("raids", "charts/raids.png", "what raids cost"),
    ),
    "run scenarios/karabakh.yaml --reps 100 --no-variants --charts all": (
        Picture("clash", "charts/clash.png", "states and dead of a fight"),
        Picture("ceasefires", "charts/ceasefires.png", "rounds of firing until a ceasefire lasts"),
        Picture("displaced", "charts/displaced.png", "people displaced and returned"),
    ),
    "run scenarios/covid.yaml --reps 100 --no-variants --charts all": (
        Picture("epidemic", "charts/epidemic.png", "cases a day in each state, and help as it arrives"),
        Picture("aid", "charts/aid.png", "how long help was on its way"),
    ),
    "run scenarios/hybrid.yaml --reps 100 --no-variants --charts all": (
        Picture("attribution", "charts/attribution.png", "attribution, law and help"),
        Picture("answers", "charts/answers.png", "answers to the last motion"),
    ),
    "run scenarios/ukraine.yaml --reps 100 --no-variants --charts all": (
        Picture("sanctions", "charts/sanctions.png", "who comes under sanctions"),
    ),
    "run scenarios/years_2020_2022.yaml --reps 40 --no-variants --charts all": (
        Picture("standing", "charts/standing.png", "trust, cohesion and confidence over a campaign"),
    ),
    "sweep scenarios/kazakhstan.yaml --vary crisis.reserves.personnel=5000,10000,20000,40000"
    " --vary crisis.unrest.suppression=1,1.5,2 --response killed --reps 40": (
        Picture("sweep", "charts/heatmap-killed.png", "a sweep over two inputs"),
    ),
    "sweep scenarios/afghan_border.yaml --vary council.rule=consensus,simple_majority --reps 200": (
        Picture("study_rule", "charts/sweep-levels.png", "consensus against majority on the Afghan border"),
    ),
    "sweep scenarios/kazakhstan.yaml --vary fleets.RUS.il76.available=10:70:15"
    " --vary airfields.almaty.slots=1,2,3,6,12 --response hours_to_deployment_complete --reps 200": (
        Picture(
            "study_airlift",
            "charts/heatmap-hours-to-deployment-complete.png",
            "hours to full deployment by aircraft and slots",
        ),
    ),
    "sweep scenarios/kazakhstan.yaml --vary synthetic.count=0:24:4 --reps 200": (
        Picture("study_size", "charts/sweep-bands.png", "what a larger alliance changes"),
    ),
    "compare scenarios/kazakhstan.yaml scenarios/kazakhstan_again.yaml --reps 100": (
        Picture("compare", "charts/differences.png", "paired differences between two scenarios"),
        Picture("curves", "charts/curves.png", "the same curve in both"),
    ),
    "backtest": (
        Picture("scoreboard", "charts/scoreboard.png", "theories of choice scored on past cases"),
        Picture("calibration", "charts/calibration.png", "forecast shares against what happened"),
    ),
}


def made(command: str, folder: Path) -> Path:
    """Run a command of this program, with its results under *folder*, and return its results folder."""
    told = subprocess.run(
        [sys.executable, "-m", "sim", *shlex.split(command), "--out", str(folder), "--quiet"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return Path(told.stdout.strip().splitlines()[-1])


def palette_of(picture: Image.Image) -> Image.Image:
    """Return the colours that tell a chart: the most frequent ones, none too near another."""
    counts = sorted(picture.getcolors(2**24) or [], reverse=True)
    chosen: list[tuple[int, int, int]] = []
    for _, colour in counts[:5000]:
        if all(sum(abs(a - b) for a, b in zip(colour, other, strict=True)) > APART for other in chosen):
            chosen.append(colour)
        if len(chosen) == COLOURS:
            break
    palette = Image.new("P", (1, 1))
    palette.putpalette([channel for colour in chosen for channel in colour])
    return palette


def small(path: Path) -> bytes:
    """Return a picture as a PNG of few colours with no clock in it, narrower where it would be too large."""
    with Image.open(path) as picture:
        whole = picture.convert("RGB")
    palette, data = palette_of(whole), b""
    for wide in (WIDE, 800, 720, 680, 640, 560):
        tall = round(whole.height * wide / whole.width)
        less = whole.resize((wide, tall), Image.Resampling.LANCZOS)
        few = less.quantize(palette=palette, dither=Image.Dither.NONE)
        out = io.BytesIO()
        few.save(out, "PNG", optimize=True)
        data = out.getvalue()
        if len(data) <= ONE:
            break
    return data


def pictures(commands: dict[str, tuple[Picture, ...]]) -> dict[str, bytes]:
    """Return the pictures of *commands* by name."""
    found: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as place:
        for command, wanted in commands.items():
            folder = made(command, Path(place))
            found |= {picture.name: small(folder / picture.file) for picture in wanted}
    return found


def page() -> str:
    """Return the gallery's part of the page."""
    lines = [
        *(MARKS[0], "", "## Gallery", ""),
        "Each picture under the command that makes it; `python -m tests.report.make_gallery` makes them all "
        "again. The files of a run",
        "are larger, and come with an SVG and their numbers as CSV.",
        "",
    ]
    for command, wanted in COMMANDS.items():
        lines += [f"### `python -m sim {command}`", ""]
        for picture in wanted:
            words = f"{picture.shows[:1].upper()}{picture.shows[1:]} (`{picture.file}`)"
            lines += [f"{words}:", "", f"![{picture.shows}](gallery/{picture.name}.png)", ""]
    return "\n".join([*lines, MARKS[1]])


def main() -> None:
    """Write the pictures named on the command line, or all of them, and the page."""
    names = set(sys.argv[1:])
    chosen = {c: p for c, p in COMMANDS.items() if not names or names & {one.name for one in p}}
    GALLERY.mkdir(exist_ok=True)
    for name, data in pictures(chosen).items():
        (GALLERY / f"{name}.png").write_bytes(data)
        print(f"{name}: {len(data):,} bytes")
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    PAGE.write_text(f"{before.rstrip()}\n\n{page()}\n{after.strip()}".rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
