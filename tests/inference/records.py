"""A small made-up record for tests of the score board, and the shipped one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sim.inference.situations import CodedCase, coded_cases, load_alliance
from sim.scenario.record import load_record

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "scenarios" / "record" / "csto.yaml"
ALLIANCE = ROOT / "scenarios" / "alliances" / "csto.yaml"

FOREIGN = """
- id: war_a
  start: 2019-03-01
  type: interstate_war
  host: Georgia
  adversary: {name: Turkey, kind: state}
  formally_requested: {value: true}
  council_decision: none
  members_at_date: [Armenia, Ukraine, Russia]
  positions:
    Georgia: {role: host, position: supports, basis: own_statement_or_act}
    Armenia: {position: supports, basis: own_statement_or_act}
    Ukraine: {position: abstains_or_silent, basis: own_statement_or_act}
    Russia: {position: opposes, basis: own_statement_or_act}
- id: raid_b
  start: 2023-03-01
  type: cross_border_incursion
  host: Atlantis
  adversary: {name: Northern Front, kind: non-state}
  council_decision: statement
  members_at_date: [Armenia, Poland]
  positions:
    Atlantis: {role: host, position: supports, basis: own_statement_or_act}
    Armenia: {position: supports, basis: consensus_document}
    Poland: supports
"""


@cache
def shipped_cases(use_ties: bool = True) -> tuple[CodedCase, ...]:
    """Return the cases of the shipped record."""
    return coded_cases(load_record(RECORD), load_alliance(ALLIANCE), use_ties=use_ties)


def foreign_cases(folder: Path) -> tuple[CodedCase, ...]:
    """Return two cases with states of which the alliance knows nothing, written into *folder*."""
    (folder / "foreign.yaml").write_text(FOREIGN, encoding="utf-8")
    return coded_cases(load_record(folder / "foreign.yaml"), load_alliance(ALLIANCE))
