"""The command line: verbs that read a scenario, call the floors below and print; they decide nothing."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code.

    Args:
        arguments: words after the program's name; none takes them from the command line.
    """
    # Reading a scenario makes many objects that stay: looking for cyclic garbage among them is in vain.
    gc.set_threshold(200_000)
    # The same holds when the process ends: what is left then goes with its memory.
    atexit.register(gc.freeze)
    # No plug-in that happens to be installed has a say in what a scenario means; the search takes time, too.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Work is shared out among processes. Threads for the algebra of small matrices only wait, at full speed,
    # and what a long sum comes to would hang on their number: one will do, unless the user says otherwise.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from sim.cli.errors import run_to_exit_code
    from sim.cli.groups import commands

    sys.exit(run_to_exit_code(commands(), arguments))
