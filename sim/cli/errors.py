"""Exit codes, and the one place where an expected error becomes a sentence."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from enum import IntEnum

import click

from sim.report.undrawn import UndrawnWarning, heard, sentences

#: Ways in which a disk, a folder or a pipe refuses output; every other OSError is a fault of the program.
_REFUSALS = frozenset(
    {
        errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR, errno.EISDIR,
        errno.ENAMETOOLONG, errno.EFBIG, errno.EIO, errno.EEXIST, errno.ELOOP, errno.ENOTEMPTY,
    }
)  # fmt: skip


class ExitCode(IntEnum):
    """How a command ended, for the shell."""

    DONE = 0
    NOT_FINISHED = 1
    USAGE = 2
    SCENARIO = 3
    SOME_FAILED = 4
    DIFFERENT = 5
    INTERRUPTED = 130


def say(text: str) -> None:
    """Write *text* as one line to standard error."""
    click.echo(text, err=True)


def run_to_exit_code(command: click.Command, arguments: Sequence[str] | None = None) -> int:
    """Run *command* and return its exit code.

    What a user can cause becomes a sentence on standard error; a fault of the program keeps its traceback.
    A chart that could not be drawn costs nothing but itself: it is told, and the code is not 0.

    Args:
        command: the command group.
        arguments: words after the program's name; none takes them from the command line.
    """
    with heard() as charts:
        code = _guarded(lambda: command.main(args=arguments, standalone_mode=False))
    for sentence in sentences(charts):
        say(sentence)
    short = any(isinstance(one, UndrawnWarning) for one in charts)
    return ExitCode.NOT_FINISHED if short and code == ExitCode.DONE else code


def _guarded(main: Callable[[], object]) -> int:
    try:
        code = main()
        return int(code) if isinstance(code, int) else ExitCode.DONE
    except (click.Abort, KeyboardInterrupt) as stop:
        # Whoever kept something has said so in the interrupt, which click puts behind one of its own.
        kept = str(stop if isinstance(stop, KeyboardInterrupt) else stop.__cause__ or "")
        say(kept or "interrupted; results are written only when they are complete")
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except Exception as error:
        code, sentence = _expected(error)
        if sentence is None:
            raise
        say(sentence)
        return code


def _expected(error: Exception) -> tuple[ExitCode, str | None]:
    """Return the exit code and the sentence of an error that is no fault of the program, else no sentence."""
    # Imported here, the light floor first: a scenario's fault needs no library that simulates.
    from sim.scenario.errors import ScenarioError

    if isinstance(error, ScenarioError):
        return ExitCode.SCENARIO, str(error)
    from sim.experiment.executors import ExecutorError
    from sim.experiment.folders import ResultsError

    if isinstance(error, (ResultsError, ExecutorError)):
        return ExitCode.NOT_FINISHED, f"could not finish: {error}"
    if isinstance(error, OSError) and error.errno in _REFUSALS:
        where = error.filename if isinstance(error.filename, str) else "the output"
        why = (error.strerror or str(error)).lower()
        return ExitCode.NOT_FINISHED, f"could not finish: {where}: {why}; free the place or choose another"
    return ExitCode.NOT_FINISHED, None
