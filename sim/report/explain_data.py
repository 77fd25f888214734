"""An explanation as plain data, for one JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.alliance.decision_rules import Answer, Position
from sim.report.explain import next_higher, not_put
from sim.report.explain_tables import SHOCKS, law_rows, motion_told, verdicts_told

if TYPE_CHECKING:
    from sim.inference.changes import Change
    from sim.inference.explanation import Explanation


def explanation_data(e: Explanation) -> dict[str, Any]:
    """Return everything that is told of one answer, as plain data."""
    hearing, attempt = e.hearing, motion_told(e)
    flip, missing = e.flip, not_put(e, attempt) or None
    return {
        "scenario": e.scenario.name,
        "crisis": e.scenario.crisis.title,
        "host": hearing.members.host,
        "asker": e.scenario.crisis.asker,
        "run": {"run": e.run.run, "draw": e.run.draw, "seed": e.run.seed, "chosen": e.chosen},
        "question": {"level": e.question.level, "member": e.question.member or None},
        "answer": e.answer,
        "heard": e.heard,
        "adopted": hearing.adopted,
        "rule": hearing.rule,
        "basis": hearing.basis,
        "ledger": [dict(zip(("clause", "test", "fact", "verdict"), r, strict=True)) for r in law_rows(e)],
        "motion": {"level": attempt.level, "limited": attempt.limited, "not_put": missing},
        "members": {
            member: {
                "answer": v.answer.position.value,
                "contributes": v.contributes,
                "willingness": v.willingness,
                "threshold": v.threshold,
                "terms": {name: x for name, x in v.terms.items() if name not in SHOCKS},
                "shocks": {name: x for name, x in v.terms.items() if name in SHOCKS},
            }
            for member, v in verdicts_told(e).items()
        },
        "turned": {name: weight._asdict() for name, weight in e.turned.items()},
        "motions": [
            {"level": a.level, "limited": a.limited, "not_put": not_put(e, a) or None, "adopted": a.passed,
             "blockers": a.blockers}
            for a in hearing.attempts
        ],
        "decisive": _decisive(e),
        "flip": None if flip is None else _change(e, flip.change) | {"replicated": flip.replicated},
        "flips": [_change(e, change) for change in e.flips],
        "unconfirmed": [_change(e, change) for change in e.unconfirmed],
        "tried": e.tried,
        "next_higher": next_higher(e),
    }  # fmt: skip


def _decisive(e: Explanation) -> dict[str, Any]:
    attempt = e.hearing.attempt(e.question.level)
    if attempt.reason:
        return {}
    if not attempt.passed:
        return {"by_supporting": e.hearing.turners(attempt)}
    return {
        "by_abstaining": e.hearing.stoppers(attempt, Answer(Position.ABSTAIN)),
        "by_objecting": e.hearing.stoppers(attempt, Answer(Position.OBJECT, adamant=True)),
    }


def _change(e: Explanation, change: Change) -> dict[str, Any]:
    from sim.report.explain_text import change_words  # here, as a run alone searches for no change

    return {
        "kind": change.group,
        "what": change.path,
        "before": change.before,
        "after": change.after,
        "size": change.size,
        "words": change_words(e, change),
    }
