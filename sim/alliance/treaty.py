"""The treaty as data: provisions tested against a crisis give a ledger that a lawyer can read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from sim.scenario.alliance import HELP_LEVELS, HelpLevel, Provision, ProvisionTest, Verdict

#: Where an instrument's date, and what was done to it since, begins.
_DATE = re.compile(r"(?: of|,) \d")
SEVERITY: dict[Verdict, int] = {"met": 0, "contested": 1, "unmet": 2}


class LedgerEntry(NamedTuple):
    """One line of the ledger: a clause, one of its tests, what was found, and the verdict."""

    provision: str
    title: str
    fact: str  # "" for the clause as a whole
    found: str
    verdict: Verdict
    permits: tuple[HelpLevel, ...] = ()
    obliges: tuple[HelpLevel, ...] = ()
    bars: tuple[HelpLevel, ...] = ()


@dataclass(frozen=True)
class Ledger:
    """What the law says of a crisis on a date."""

    entries: tuple[LedgerEntry, ...]
    #: For each help level above none: met, contested, or unmet (unlawful or silent).
    basis: Mapping[HelpLevel, Verdict]
    #: Provisions that carry each level, best verdict first.
    grounds: Mapping[HelpLevel, tuple[str, ...]]
    barred: tuple[HelpLevel, ...]
    #: Levels whose legal basis can be argued away: it is contested, or a clause that carries the level is,
    #: for the status of the territory (an undelimited border), even where another clause carries it too.
    in_doubt: tuple[HelpLevel, ...] = ()

    @cached_property
    def lawful(self) -> tuple[HelpLevel, ...]:
        """Help levels for which a clause is met or at least arguable, and none bars."""
        return tuple(level for level, verdict in self.basis.items() if verdict != "unmet")

    @property
    def silent(self) -> bool:
        """True when no clause in force speaks to the crisis (words need none)."""
        return is_silent(self.entries)


def is_silent(entries: Iterable[LedgerEntry]) -> bool:
    """Return whether no clause among *entries* that obliges, permits or bars anything is met or arguable."""
    clauses = (e for e in entries if not e.fact and e.verdict != "unmet")
    return not any(e.obliges or e.permits or e.bars for e in clauses)


def judge(test: ProvisionTest, facts: Mapping[str, str]) -> Verdict:
    """Return whether a test is met, contested or unmet by the crisis *facts*."""
    found = facts.get(test.fact, "")
    if found in test.met_by:
        return "met"
    return "contested" if found in test.contested_by else "unmet"


def clause_name(provision: Provision) -> str:
    """Return a clause by its instrument, without dates, and its title: two treaties have an Art. 7.

    An article follows its instrument as in 'Treaty Art. 4, ...', anything else after a colon.
    """
    instrument = _DATE.split(provision.instrument)[0]
    return f"{instrument}{' ' if provision.title.startswith('Art') else ': '}{provision.title}"


def judge_provision(key: str, provision: Provision, facts: Mapping[str, str]) -> list[LedgerEntry]:
    """Return the entries of one provision: each test, then the clause as a whole (its worst test)."""
    title = clause_name(provision)
    tests = [
        LedgerEntry(key, title, t.fact, facts.get(t.fact, "not established"), judge(t, facts))
        for t in provision.tests
    ]
    verdict: Verdict = max((e.verdict for e in tests), key=SEVERITY.__getitem__, default="met")
    whole = LedgerEntry(key, title, "", "", verdict, provision.permits, provision.obliges, provision.bars)
    return [*tests, whole]


def in_force(provision: Provision, on: date) -> bool:
    """Return whether *provision* applies on the day *on*."""
    return provision.in_force <= on and (provision.ends is None or on < provision.ends)


def read_treaty(treaty: Mapping[str, Provision], facts: Mapping[str, str], on: date) -> Ledger:
    """Evaluate every provision in force on the day *on* and return the ledger.

    A bar counts only when all its tests are met: an arguable bar does not forbid a motion. Words need no
    legal basis: an organ may always speak.
    """
    entries = [
        entry
        for key, provision in treaty.items()
        if in_force(provision, on)
        for entry in judge_provision(key, provision, facts)
    ]
    clauses = [e for e in entries if not e.fact]
    disputed = _disputed(entries)
    barred = {level for e in clauses if e.verdict == "met" for level in e.bars}
    basis: dict[HelpLevel, Verdict] = {}
    grounds: dict[HelpLevel, tuple[str, ...]] = {}
    for level in HELP_LEVELS[1:]:
        open_ = [e for e in clauses if e.verdict != "unmet" and (level in e.permits or level in e.obliges)]
        open_.sort(key=lambda e: SEVERITY[e.verdict])
        grounds[level] = tuple(e.provision for e in open_)
        if level == "words":
            basis[level] = "met"
        elif level in barred or not open_:
            basis[level] = "unmet"
        else:
            basis[level] = open_[0].verdict
    return Ledger(
        tuple(entries),
        basis,
        grounds,
        tuple(level for level in HELP_LEVELS if level in barred),
        tuple(
            level
            for level, verdict in basis.items()
            if level != "words" and (verdict == "contested" or (verdict == "met" and level in disputed))
        ),
    )


def _disputed(entries: Iterable[LedgerEntry]) -> set[HelpLevel]:
    """Return the levels carried by a clause that is contested as a whole, and over the territory's status."""
    found: set[HelpLevel] = set()
    over_territory = False
    for entry in entries:  # the tests of a clause stand before it
        if entry.fact:
            over_territory |= entry.fact == "territory" and entry.verdict == "contested"
            continue
        if over_territory and entry.verdict == "contested":
            found |= {*entry.permits, *entry.obliges}
        over_territory = False
    return found


def accepts_contested(tie_to_host: float) -> bool:
    """Return whether a member takes the host's side on a contested fact.

    *Assumed*: it does unless the two are at odds.
    """
    return tie_to_host >= 0
