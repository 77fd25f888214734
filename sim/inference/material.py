"""What a back-test works on: a record, its alliance, and the shipped record to learn from beside it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from sim.inference.situations import (
    CodedCase,
    coded_cases,
    council_notices,
    load_alliance,
    unknown_states,
)
from sim.scenario.alliance import Alliance
from sim.scenario.errors import one_problem
from sim.scenario.record import load_record
from sim.scenario.state_names import SHIPPED

RECORD = "csto.yaml"
ALLIANCE = "csto.yaml"
#: Ends the name of a file of fitted weights, beside the alliance it is of.
DECISIONS = "_decisions"


@dataclass(frozen=True)
class Material:
    """Cases to forecast, cases to learn from, and where things come from."""

    record: str
    cases: tuple[CodedCase, ...]
    pool: tuple[CodedCase, ...]
    notices: tuple[str, ...]
    #: Of record, alliance and settings.
    digest: str
    #: Where fitted weights go.
    decisions: Path
    alliance: Alliance


def gather(
    record: str | os.PathLike[str] | None = None,
    alliance: str | os.PathLike[str] | None = None,
    *,
    use_ties: bool = True,
) -> Material:
    """Return the cases of *record* as their members saw them, with the shipped ones to learn from.

    Args:
        record: a record; none takes `scenarios/record/` in the current folder, else the shipped one.
        alliance: an alliance; none takes the one in `../alliances` beside the record, else the shipped one.
        use_ties: put judged ties in where their date allows.

    Raises:
        ScenarioError: a file cannot be read, or the record has no cases.
    """
    shipped = _nearest(Path("scenarios") / "record" / RECORD, SHIPPED / RECORD)
    path = shipped if record is None else Path(record)
    lawbook = Path(alliance) if alliance is not None else _alliance_of(path)
    read, state = load_record(path), load_alliance(lawbook)
    if not read.cases:
        raise one_problem(os.fspath(path), "the record has no cases; add one under 'cases:'", "cases")
    cases = coded_cases(read, state, use_ties=use_ties)
    own = shipped.is_file() and path.resolve() == shipped.resolve()
    pool = () if own or not shipped.is_file() else coded_cases(load_record(shipped), state, use_ties=use_ties)
    notices = [*read.notices, *council_notices(read, state)]
    for name, ids in unknown_states(cases, state).items():
        where = ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")
        what = "judges no tie to the partner" if name in state.partners else "knows nothing of"
        notices.append(f"the alliance's file {what} '{name}' ({where}): neutral ties, middling forces")
    content = [file.read_bytes() for file in (path, lawbook)] + [shipped.read_bytes() if pool else b""]
    digest = blake2b(b"\0".join([*content, str(use_ties).encode()]), digest_size=16).hexdigest()
    # A record from elsewhere must not put its weights in the place of those of the alliance's own.
    beside = own or path.resolve().parent.parent == lawbook.resolve().parent.parent
    home = lawbook if beside else path
    decisions = home.with_name(f"{home.stem}{DECISIONS}.yaml")
    return Material(os.fspath(path), cases, pool, tuple(notices), digest, decisions, state)


def _nearest(here: Path, shipped: Path) -> Path:
    return here if here.is_file() else shipped


def _alliance_of(record: Path) -> Path:
    """Return the only alliance beside the record's folder, else the shipped one."""
    near = sorted(record.resolve().parent.parent.glob("alliances/*.yaml"))
    whole = [path for path in near if not path.stem.endswith(DECISIONS)]
    if len(whole) == 1:
        return Path(os.path.relpath(whole[0]))
    return _nearest(Path("scenarios") / "alliances" / ALLIANCE, SHIPPED.parent / "alliances" / ALLIANCE)
