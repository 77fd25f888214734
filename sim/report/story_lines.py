"""Sentences of the story, one for each event that is told on its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.engine.event_log import EventKind, EventRecord
from sim.report.telling import Teller, listing, percent
from sim.scenario.units import count

K = EventKind
Sentence = Callable[[Teller, EventRecord], str]
HELP = {"words": "words", "measures": "measures short of force", "force": "force"}
LINES = {1: "favours", 0: "takes no line on", -1: "is against"}


def _danger(t: Teller, r: EventRecord) -> str:
    share = float(r.detail.get("out_of_control", 0.0))
    if t.scenario.crisis.occasion is not None and t.scenario.crisis.unrest is None:
        return f"{t.member(r.who)}: weighs asking the alliance (need of help {percent(share)}, at most 100 %)"
    what = "of the country out of control" if t.scenario.crisis.unrest else "on the scale of danger"
    return f"{t.member(r.who)}: the government sees danger ({percent(share)} {what})"


def _chances(d: Any) -> str:
    found = []
    level = HELP.get(str(d.get("level", "")), "help")
    if d.get("level") == "none":
        alone = percent(float(d["chance_of_help"]))
        found.append(f"no help can be put to the council; chance of a willing ally, as it sees it, {alone}")
    elif "chance_of_help" in d:
        found.append(f"chance of {level}, as it sees it, {percent(float(d['chance_of_help']))}")
    if "gain" in d:
        found.append(f"gain of asking {float(d['gain']):+.2f}")
    return ", ".join(found)


def _addressee(t: Teller, r: EventRecord) -> str:
    alone = r.detail.get("to") == "lead"
    return f"{t.member(t.scenario.alliance.lead)} alone" if alone else "the alliance"


def _private(t: Teller, r: EventRecord) -> str:
    sounding = next((step for step in t.causes(r) if step.kind is K.SOUNDED), None)
    why = _chances(sounding.detail) if sounding else ""
    return f"{t.member(r.who)}: appeals in private to {_addressee(t, r)}{f' ({why})' if why else ''}"


def _appeal(t: Teller, r: EventRecord) -> str:
    return f"{t.member(r.who)}: appeals in public to {_addressee(t, r)}"


def _withheld(t: Teller, r: EventRecord) -> str:
    reason = str(r.detail.get("reason", ""))
    why = "; ".join(part for part in (reason, _chances(r.detail)) if part)
    return f"{t.member(r.who)}: has sounded its allies and does not appeal{f' ({why})' if why else ''}"


def _cancelled(t: Teller, r: EventRecord) -> str:
    if r.detail.get("left"):
        what = "lapses" if r.detail.get("made") else "is not made"
        return f"{t.member(r.who)}: the appeal {what}, as it has left the alliance"
    if r.detail.get("made"):
        return f"{t.member(r.who)}: the appeal lapses with the government that made it"
    return f"{t.member(r.who)}: the appeal is not made, calm or collapse came first"


def _secretary(t: Teller, r: EventRecord) -> str:
    return "the Secretary General speaks in public, without a vote"


def _consultations(t: Teller, r: EventRecord) -> str:
    session = str(r.detail.get("session", "")).replace("_", " ")
    how = f" in {'an' if session[0] in 'aeiou' else 'a'} {session} session" if session else ""
    ledger = next((e for e in t.log.of(K.LEDGER) if e.cause == r.id), None)
    basis = ledger.detail.get("basis", {}) if ledger else {}
    law = (
        "; the treaty, clause by clause: " + ", ".join(f"{k} {v}" for k, v in basis.items()) if basis else ""
    )
    return f"{t.member(r.who)}, in the chair, opens consultations{how}{law}"


def _motion(t: Teller, r: EventRecord) -> str:
    step = t.log.cause_of(r)
    said = ""
    if step is not None and step.kind is K.LEAD_LINE:
        line = LINES.get(round(float(step.detail.get("line", 0))), "takes no line on")
        said = f"; {t.member(step.who)}, the lead member, {line} it"
    level, scope = r.detail.get("level", "help"), r.detail.get("scope", "full")
    return f"{t.member(r.who)}: asks the council for {level}, {scope} scope{said}"


def _no_motion(t: Teller, r: EventRecord) -> str:
    level, scope = r.detail.get("level", ""), r.detail.get("scope", "")
    what = f" on {level}{' of limited scope' if scope == 'limited' else ''}" if level else ""
    return f"no motion{what} is put: {r.detail.get('reason', 'nobody sponsors one')}"


def _tally(r: EventRecord) -> str:
    d = r.detail
    rule = str(d.get("rule", "vote")).replace("_", " ")
    return (
        f"{rule}: {d.get('support', 0)} support, {d.get('abstain', 0)} abstain, {d.get('object', 0)} object"
    )


def _adopted(t: Teller, r: EventRecord) -> str:
    grounds = list(dict.fromkeys(t.provision(key).split(",")[0] for key in r.detail.get("provisions", ())))
    under = f" on the ground of {listing(grounds[:2])}" if grounds else ""
    return (
        f"{_tally(r)}: {r.detail.get('level', 'help')} ({r.detail.get('scope', 'full')} scope) adopted{under}"
    )


def _refused(t: Teller, r: EventRecord) -> str:
    blockers, level = r.detail.get("blockers", ()), r.detail.get("level")
    by = f", blocked by {t.members(blockers)}" if blockers else ", too little support"
    if level != "words" and not r.detail.get("provisions", True):
        by = ", as no clause carries it any more"
    return f"{_tally(r)}: {r.detail.get('level', 'help')} ({r.detail.get('scope', 'full')} scope) refused{by}"


def _mandate(t: Teller, r: EventRecord) -> str:
    d = r.detail
    span = f" for {float(d['duration']) / 24:.0f} days" if "duration" in d else ""
    tasks = f": {'; '.join(str(task) for task in d['tasks'])}" if d.get("tasks") else ""
    return f"mandate: up to {r.amount:,.0f} troops{span}{tasks}"


def _bilateral(t: Teller, r: EventRecord) -> str:
    return f"{t.member(r.who)}: helps on its own, outside the council ({count(r.amount, 'soldier')})"


def _quorum(t: Teller, r: EventRecord) -> str:
    present, needed = r.detail.get("present", 0), r.detail.get("needed", 0)
    return (
        f"{t.member(r.who)}: parliament lacks a quorum ({present:.0f} of {needed:.0f} needed), vote put off"
    )


def _ballot(t: Teller, r: EventRecord) -> str:
    d = r.detail
    passed = "passes" if d.get("passed") else "falls short"
    votes = f"{d.get('yes')} to {d.get('no')}, {d.get('needed')} needed"
    return f"{t.member(r.who)}: parliament votes {votes}: {passed}"


def _approved(t: Teller, r: EventRecord) -> str:
    waited = t.since(r, K.MANDATE)
    how = " by decree" if all(step.kind is not K.BALLOT for step in t.causes(r)) else " after the vote"
    return (
        f"{t.member(r.who)}: troops authorised{how}{f', {waited:.1f} h after the mandate' if waited else ''}"
    )


def _lapsed(t: Teller, r: EventRecord) -> str:
    return (
        f"{t.member(r.who)}: parliament has not consented and the matter lapses; its contingent stays at home"
    )


def _reserves(t: Teller, r: EventRecord) -> str:
    first = next((step for step in t.causes(r) if step.kind is K.OVERWHELMED), None)
    why = f", {r.time - first.time:.1f} h after {t.site(first.where)} was overwhelmed" if first else ""
    return f"{t.member(r.who)}: {r.amount:,.0f} of its own reserves are ordered to the sites{why}"


def _homeward(t: Teller, r: EventRecord) -> bool:
    """Return whether *r* belongs to the way home, which a withdrawal sets off."""
    return any(step.kind is K.WITHDRAWAL_BEGAN for step in t.causes(r))


def _deployed(t: Teller, r: EventRecord) -> str:
    lost = [b for b in t.log.of(K.BREAKDOWN) if b.time <= r.time and not _homeward(t, b)]
    hours = count(sum(b.amount for b in lost), "aircraft-hour")
    repairs = f"; {count(len(lost), 'breakdown')} cost {hours}" if lost else ""
    return f"deployment complete: {r.amount:,.0f} troops in theatre{repairs}"


def _restored(t: Teller, r: EventRecord) -> str:
    occasion = t.scenario.crisis.occasion
    if occasion is not None and r.detail.get("label") == occasion.label:
        return "the occasion to ask has passed"
    if "label" in r.detail:
        return f"it is over: {r.detail['label']}"
    killed = sum(e.amount for kind in (K.INCIDENT, K.CLEARING) for e in t.log.of(kind) if e.time <= r.time)
    return f"every affected site is calm again (so far {count(killed, 'death')})"


def _settled(t: Teller, r: EventRecord) -> str:
    return f"{t.member(r.who)}: government and protesters settle; unrest no longer grows"


def _fell(t: Teller, r: EventRecord) -> str:
    return f"{t.member(r.who)}: the government falls{', in another crisis' if r.detail else ''}"


def _end_announced(t: Teller, r: EventRecord) -> str:
    reason = str(r.detail.get("reason", ""))
    said = f"{t.member(r.who)}: declares the mission done" if r.who else "the alliance ends the mission"
    return f"{said}{f' ({reason})' if reason else ''}"


def _end_requested(t: Teller, r: EventRecord) -> str:
    return f"{t.member(r.who)}: formally asks the alliance to end the mission"


def _withdrawal_ordered(t: Teller, r: EventRecord) -> str:
    return f"{t.member(r.who) or 'Defence ministers'}: withdrawal ordered"


def _withdrawal_began(t: Teller, r: EventRecord) -> str:
    return "withdrawal begins: guarded facilities are handed back"


def _withdrawn(t: Teller, r: EventRecord) -> str:
    return "withdrawal complete: the last soldiers have left the theatre"


SENTENCES: dict[EventKind, Sentence] = {
    K.DANGER_NOTICED: _danger, K.PRIVATE_APPEAL: _private, K.APPEAL: _appeal,
    K.APPEAL_WITHHELD: _withheld, K.APPEAL_CANCELLED: _cancelled, K.SECRETARY_GENERAL: _secretary,
    K.CONSULTATIONS: _consultations, K.MOTION: _motion,
    K.NO_MOTION: _no_motion, K.ADOPTED: _adopted, K.REFUSED: _refused, K.MANDATE: _mandate,
    K.BILATERAL: _bilateral, K.QUORUM_FAILED: _quorum, K.BALLOT: _ballot, K.APPROVED: _approved,
    K.APPROVAL_LAPSED: _lapsed, K.RESERVES_ORDERED: _reserves, K.DEPLOYED: _deployed,
    K.ORDER_RESTORED: _restored, K.SETTLED: _settled, K.GOVERNMENT_FELL: _fell,
    K.END_ANNOUNCED: _end_announced, K.END_REQUESTED: _end_requested,
    K.WITHDRAWAL_ORDERED: _withdrawal_ordered,
    K.WITHDRAWAL_BEGAN: _withdrawal_began,
    K.WITHDRAWN: _withdrawn,
}  # fmt: skip
#: Told this often; of later ones (a host that weighs again and again) only the last, with a count.
REPEATED: dict[EventKind, int] = {K.DANGER_NOTICED: 1, K.APPEAL_WITHHELD: 1, K.ORDER_RESTORED: 0}
#: Kinds whose repeats are dropped without a word, since other lines imply them.
SILENT = frozenset({K.DANGER_NOTICED})
