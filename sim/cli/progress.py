"""How far the work has come, on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.cli.errors import say

#: Called with the pieces of work done and the pieces there are.
Progress = Callable[[int, int], None]
#: Off a terminal, a line each time this share of the work is done.
_STEP = 0.25


@contextmanager
def progress(label: str, *, quiet: bool) -> Iterator[Progress]:
    """Give a function to be told how many pieces of how many are done.

    Args:
        label: what is being done, in a word or two.
        quiet: show nothing.
    """
    if quiet:
        yield lambda done, total: None
    elif sys.stderr.isatty():
        with _bar(label) as tell:
            yield tell
    else:
        yield _lines(label)


@contextmanager
def _bar(label: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True, markup=False), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(label: str) -> Progress:
    next_share = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal next_share
        share = done / total if total else 1.0
        if share >= next_share:
            say(f"{label}: {done} of {total}")
            next_share = (share // _STEP + 1) * _STEP

    return tell
