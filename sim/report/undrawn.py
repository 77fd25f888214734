"""What a chart cannot show: told in a sentence and a note in its place, never at the cost of results."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.report.figures import Chart

#: What a fault of the program or of its drawing library is; a full disk or an interrupt is none.
FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
#: What matplotlib says of letters: one that its font lacks, or a script that it cannot set.
GLYPH, SCRIPT = r"Glyph (\d+) .*missing from", r"Matplotlib currently does not support (\w+) natively"
#: No more letters than this are told.
MOST_LETTERS = 12


class ChartWarning(UserWarning):
    """A chart that shows less than it should; one sentence for the user."""


class UndrawnWarning(ChartWarning):
    """A chart that could not be drawn."""


class LettersWarning(ChartWarning):
    """Letters that the charts' font lacks."""

    def __init__(self, letters: frozenset[str]) -> None:
        """Tell of *letters*, or names of scripts."""
        super().__init__(letters)
        self.letters = letters

    def __str__(self) -> str:
        shown = sorted(self.letters)
        more = f" and {len(shown) - MOST_LETTERS} more" if len(shown) > MOST_LETTERS else ""
        return (
            "in the charts a box stands for what their font, DejaVu Sans, cannot write: "
            f"{' '.join(shown[:MOST_LETTERS])}{more}"
        )


@contextmanager
def letters_gathered() -> Iterator[None]:
    """Tell of all letters that could not be drawn in one warning, in place of one each by matplotlib."""
    with warnings.catch_warnings(record=True) as seen:
        for said in (GLYPH, SCRIPT):
            warnings.filterwarnings("always", message=said, category=UserWarning)
        yield
    letters = set()
    for found in seen:
        text = str(found.message)
        if glyph := re.match(GLYPH, text):
            letters.add(chr(int(glyph[1])))
        elif script := re.match(SCRIPT, text):
            letters.add(script[1])
        else:
            warnings.warn_explicit(found.message, found.category, found.filename, found.lineno)
    if letters:
        warnings.warn(LettersWarning(frozenset(letters)), stacklevel=3)


@contextmanager
def heard() -> Iterator[list[ChartWarning]]:
    """Give a list that fills with the warnings about charts, in place of their being shown."""
    found: list[ChartWarning] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always", ChartWarning)
        shown = warnings.showwarning

        def hear(message: Warning | str, *rest: object) -> None:
            if isinstance(message, ChartWarning):
                found.append(message)
            else:
                shown(message, *rest)  # type: ignore[arg-type]

        warnings.showwarning = hear  # type: ignore[assignment]
        yield found


def sentences(found: Iterable[ChartWarning]) -> list[str]:
    """Return what warnings about charts say, each thing once and all letters together."""
    told = list(found)
    letters = frozenset[str]().union(*(one.letters for one in told if isinstance(one, LettersWarning)))
    others = [str(one) for one in told if not isinstance(one, LettersWarning)]
    return [*dict.fromkeys(others), *([str(LettersWarning(letters))] if letters else [])]


def attempted(name: str, make: Callable[[], Chart], style: str | None = None) -> Chart:
    """Return the chart that *make* makes; where it cannot, a note of the same *name* that says so.

    Both are drawn in the *style* (screen, print), by default the one chosen. What the program says itself, as
    of a folder that is damaged, and what the system refuses stay errors.
    """
    from sim.report.figures import drawing_settings
    from sim.report.styles import chosen_style

    chosen = style or chosen_style()
    try:
        with drawing_settings(chosen):
            return make()
    except FAULTS as error:
        return undrawn(name, error, chosen)


def undrawn(name: str, error: Exception, style: str = "screen") -> Chart:
    """Tell that a chart could not be drawn, and return the note that stands in its place.

    Raises:
        Exception: *error* itself, if it is one of this program's own, which is a sentence for the user.
    """
    from sim.report.figures import Chart

    reason, title = reason_of(error), f"{name}: not drawn"
    return Chart(name, title, note(name, title, reason, style), ("not_drawn",), [(reason,)], style=style)


def note(name: str, title: str, reason: str, style: str = "screen") -> Figure:
    """Tell that a chart could not be drawn, and return the figure that stands in its place."""
    from sim.report.figures import Sheet, drawing_settings, notes_height

    warnings.warn(
        UndrawnWarning(
            f"the chart {name!r} could not be drawn ({reason}): a note stands in its place; everything else "
            "is complete"
        ),
        stacklevel=2,
    )
    words = f"This chart could not be drawn ({reason}). The tables beside it are complete."
    with drawing_settings(style):
        sheet = Sheet(title, notes_height(words) + 0.45)
        sheet.notes(words)
    return sheet.figure


def reason_of(error: Exception) -> str:
    """Return what went wrong and where, the same on every machine.

    Raises:
        Exception: *error* itself, if it is one of this program's own, which is a sentence for the user.
    """
    if type(error).__module__.startswith("sim."):
        raise error
    said = re.sub(r" at 0x[0-9a-f]+", "", (str(error).splitlines() or [""])[0])
    return f"{type(error).__name__}: {said}; {_place(error)}"


def _place(error: Exception) -> str:
    """Return file and line of this program at which an error came up."""
    root, place, trace = Path(__file__).resolve().parents[2], "place unknown", error.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(root / "sim"):
            place = f"{path.relative_to(root).as_posix()}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
