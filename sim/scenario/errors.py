"""What is wrong with a scenario, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

#: Widest excerpt of a source line shown under a problem, and longest path shown before it.
EXCERPT = 100
#: Longest message shown; only one that quotes a huge text from a file is longer.
MESSAGE = 1000


class Problem(NamedTuple):
    """One thing to mend: *file* and, where known, line and column (from 1), path and source line."""

    file: str
    line: int | None
    column: int | None
    path: str
    message: str
    source_line: str | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"
        path, message = _cut(self.path, EXCERPT), _cut(self.message, MESSAGE)
        head = _visible(f"{place}: {path}: {message}" if path else f"{place}: {message}")
        if self.source_line is None or self.column is None:
            return head
        text, column = _excerpt(self.source_line, self.column)
        return f"{head}\n    {text}\n    {' ' * (column - 1)}^"


class ScenarioError(Exception):
    """A scenario, its path or a setting that its user can mend; holds every problem found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Problem, ...]]]:
        return (ScenarioError, (self.problems,))


def _excerpt(line: str, column: int) -> tuple[str, int]:
    """Return the part of *line* around *column* that fits, and the column within it."""
    start = max(0, min(column - 1 - EXCERPT // 2, len(line) - EXCERPT))
    # A file may be one line of millions of characters: only what is shown of it is gone through.
    shown = "".join(char if char.isprintable() else " " for char in line[start : start + EXCERPT])
    return shown.rstrip() if len(line) <= EXCERPT else shown, column - start


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}..."


def _visible(text: str) -> str:
    """Return *text* with characters that a terminal would obey, not show, written as their codes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else f"<U+{ord(c):04X}>" for c in text)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the name among *known* nearest to *word*, or nothing."""
    # Imported here: only a user who mistyped pays for it.
    from difflib import get_close_matches

    if len(word) > EXCERPT:
        return ""
    names = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), names, n=1, cutoff=0.6)
    return f"; did you mean '{names[near[0]]}'?" if near else ""


def one_problem(file: str, message: str, path: str = "") -> ScenarioError:
    """Return the error of a single problem that has no line."""
    return ScenarioError([Problem(file, None, None, path, message)])
