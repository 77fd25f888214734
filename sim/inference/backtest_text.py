"""The score board in words: tables, what may be claimed, and cases with the worst misses first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from math import isfinite, log
from typing import Any

from sim.alliance.record_reading import decided_class
from sim.inference.backtest import MODES, ORDERED, REFERENCE, Backtest, CaseForecast, coded_answers
from sim.inference.board_scores import FEWEST_CONFLICTS, RESAMPLES, Score
from sim.inference.decision_fit import Array
from sim.inference.joint_board import joint_data, joint_text
from sim.inference.rivals import rivals_text
from sim.inference.situations import CodedCase
from sim.scenario.alliance import HELP_LEVELS, RANK
from sim.scenario.record_shapes import CODED_ANSWERS

#: The theory whose forecasts are shown case by case.
SHOWN = ORDERED
#: What happened got less than this chance: a miss.
MISS = 1 / 3
SAMPLE_WORDS = {
    "all": "answers, all coded",
    "own_acts": "answers, own acts only",
    "weighted": "answers, weighted by evidence",
    "backed": "backed or not (Brier)",
    "level": "council, four classes",
    "level_seven": "council, seven rungs",
    "troops": "troops or none (Brier)",
    "asked": "asked or not (Brier)",
}
ANSWER_WORDS = dict(zip(CODED_ANSWERS, ("contributes", "supports", "abstains", "opposes"), strict=True))


def misses_first(result: Backtest, mode: str = "left_out") -> list[tuple[float, CodedCase, CaseForecast]]:
    """Return cases with their mean surprise (nats, of the decision and of the mean answer), worst first."""
    found = []
    for coded in result.cases:
        forecast = result.forecasts[SHOWN][mode][coded.id]
        surprise = -log(forecast.level[RANK[decided_class(coded.case)]])
        told = [-log(forecast.answers["all"][m][k]) for m, _, k in coded_answers(coded, "all")]
        found.append((surprise + (sum(told) / len(told) if told else 0.0), coded, forecast))
    return sorted(found, key=lambda item: (-item[0], item[1].id))


def is_miss(coded: CodedCase, forecast: CaseForecast) -> bool:
    """Tell whether the decision, or any coded answer, had been given less than a third."""
    if forecast.level[RANK[decided_class(coded.case)]] < MISS:
        return True
    return any(forecast.answers["all"][m][k] < MISS for m, _, k in coded_answers(coded, "all"))


def backtest_text(result: Backtest, cases: int = 8) -> str:
    """Return the board as text.

    Args:
        result: of `backtest`.
        cases: how many of the worst misses are told with their ledger; the rest get a line each.
    """
    conflicts = len({c.case.conflict for c in result.cases})
    lines = [
        f"{len(result.cases)} cases of {conflicts} conflicts.",
        "left out: forecast without any case of its conflict in view.",
        "in-sample: forecast with the case itself in view; shown for comparison, no evidence of foresight.",
        f"Skill is 1 - score / score of {REFERENCE} (shares of what was coded elsewhere);",
        f"intervals hold 95 % of {RESAMPLES} resamples of conflicts; {FEWEST_CONFLICTS} are needed for one.",
        "Whether help was asked, and how much, is taken as given, but for the table on asking.",
        "Ties between states were judged with hindsight; --no-ties leaves them out.",
    ]
    if result.borrowed:
        lines.append(f"Learnt also from {result.borrowed} cases of the shipped record.")
    for sample, words in SAMPLE_WORDS.items():
        lines += ["", *_table(result, sample, words)]
    lines += ["", *claims(result), "", ""]
    lines += [*rivals_text(result.rivals), ""] if result.rivals else []
    lines += [*joint_text(result.joint), ""] if result.joint is not None else []
    ranked, asking = misses_first(result), result.asking.get("left_out", {})
    missed = [item for item in ranked if is_miss(item[1], item[2])]
    lines.append(
        f"Cases, worst misses first ({SHOWN}, left out; {len(missed)} of {len(ranked)} have a miss):"
    )
    lines.append(
        f"MISS: the decision, or some coded answer, had been given a chance below {MISS:.0%}; ok: none had."
    )
    for place, (surprise, coded, forecast) in enumerate(ranked):
        lines += _case(coded, forecast, surprise, asking, whole=place < cases)
    return "\n".join([*lines, *(["", *(f"note: {n}" for n in result.notices)] if result.notices else [])])


def _table(result: Backtest, sample: str, words: str) -> list[str]:
    any_score = result.scores[REFERENCE][sample]
    lines = [
        f"{words}; n = {any_score.n} in {any_score.conflicts} conflicts",
        f"  {'theory':<17} {'RPS':>6} {'log':>6}  {'skill left out':<22} {'RPS':>6} {'log':>6}  "
        "skill in-sample",
    ]
    for theory, by_sample in result.scores.items():
        if sample not in by_sample:
            continue
        left, inside = by_sample[sample], by_sample[f"{sample}_in_sample"]
        lines.append(
            f"  {theory:<17} {_number(left.rps)} {_number(left.log_score)}  {_skill(left):<22} "
            f"{_number(inside.rps)} {_number(inside.log_score)}  {_skill(inside)}"
        )
    return lines


def _number(value: float) -> str:
    return f"{value:6.3f}" if isfinite(value) else "     -"


def _skill(score: Score) -> str:
    if not isfinite(score.skill):
        return "-"
    if score.conflicts < FEWEST_CONFLICTS:
        return f"{score.skill:+.2f} too few ({score.conflicts})"
    return f"{score.skill:+.2f} [{score.low:+.2f}, {score.high:+.2f}]"


def claims(result: Backtest) -> list[str]:
    """Return what the left-out intervals allow to be said, and no more."""
    looks = [
        (theory, sample, by[sample])
        for theory, by in result.scores.items()
        for sample in SAMPLE_WORDS
        if theory != REFERENCE and sample in by and by[sample].n
    ]
    usable = [look for look in looks if look[2].usable]
    lines = []
    if len(usable) < len(looks):
        few = sorted({s.conflicts for _, _, s in looks if s.conflicts < FEWEST_CONFLICTS})
        why = f"too few conflicts ({', '.join(map(str, few))})" if few else "no interval with a width"
        lines.append(
            f"Of {len(looks)} comparisons {len(looks) - len(usable)} claim nothing: {why}; "
            f"an interval needs {FEWEST_CONFLICTS} conflicts that differ."
        )
    if not usable:
        return lines
    told = [f"{theory} ({SAMPLE_WORDS[sample]})" for theory, sample, s in usable if s.claimed]
    worse = [f"{theory} ({SAMPLE_WORDS[sample]})" for theory, sample, s in usable if s.worse]
    lines = [
        "Skill left out, claimed where the interval lies above zero: " + ("; ".join(told) or "none") + ".",
        f"Worse than {REFERENCE}, the interval below zero: " + ("; ".join(worse) or "none") + ".",
        f"These are {len(usable)} looks at one record; one in forty would clear zero by luck.",
        *lines,
    ]
    own = [s for theory, _, s in usable if theory == SHOWN]
    if own and not any(s.claimed for s in own):
        found = "no left-out interval lies above zero" if any(s.worse for s in own) else (
            "every left-out interval includes zero"
        )  # fmt: skip
        lines.append(f"For {SHOWN} no skill is claimed: {found}.")
    return lines


def _case(
    coded: CodedCase, forecast: CaseForecast, surprise: float, asking: Mapping[str, Array], *, whole: bool
) -> list[str]:
    case, happened = coded.case, decided_class(coded.case)
    asked = f"asked for {coded.situation.asked_level}" if coded.situation.asked else "not asked"
    if case.id in asking:
        asked += f", chance of asking {asking[case.id][0]:.0%}"
    foreseen = ", ".join(f"{x} {p:.0%}" for x, p in zip(HELP_LEVELS, forecast.level, strict=True))
    mark = "MISS" if is_miss(coded, forecast) else "ok  "
    decided = f"decided {case.council_decision} ({happened})"
    head = f"{mark} {case.id} ({case.day}, {asked}): {decided}; foreseen {foreseen}"
    if not whole:
        return [head]
    lines = ["", f"{head}; surprise {surprise:.2f} nats"]
    for member, _, place in coded_answers(coded, "all"):
        chances = forecast.answers["all"][member]
        told = ", ".join(f"{ANSWER_WORDS[a]} {p:.0%}" for a, p in zip(CODED_ANSWERS, chances, strict=True))
        basis = case.coded(member).basis.replace("_", " ")
        lines.append(f"     {member}: {ANSWER_WORDS[CODED_ANSWERS[place]]} ({basis}); foreseen {told}")
    return [*lines, *ledger_lines(coded)]


def ledger_lines(coded: CodedCase) -> list[str]:
    """Return the ledger of a case: each clause in force with its verdict and the test that decided it."""
    entries = coded.ledger.entries
    clauses = [e for e in entries if not e.fact]
    if not clauses:
        return ["     ledger: no clause in force on that day"]
    lines = [f"     ledger: {', '.join(f'{level} {v}' for level, v in coded.ledger.basis.items())}"]
    for clause in clauses:
        tests = [e for e in entries if e.provision == clause.provision and e.fact]
        why = [f"{e.fact} is {e.found}: {e.verdict}" for e in tests if e.verdict != "met"]
        lines.append(f"       {clause.verdict:<9} {clause.title}" + (f" ({'; '.join(why)})" if why else ""))
    return lines


def document(result: Backtest) -> dict[str, Any]:
    """Return the board as plain data: scores by theory and sample, then cases with misses first."""
    return {
        "scores": {
            theory: {sample: _plain(score) for sample, score in by_sample.items()}
            for theory, by_sample in result.scores.items()
        },
        "samples": {
            "left_out": list(SAMPLE_WORDS),
            "in_sample": [f"{sample}_in_sample" for sample in SAMPLE_WORDS],
        },
        "claims": claims(result),
        "rivals": [
            {
                "name": r.name,
                "rps": round(r.rps, 4),
                "against_states": round(r.against_states, 4),
                "granted": round(r.granted[0], 4),
                "tie": round(r.tie, 3) if isfinite(r.tie) else None,
                "left_out": {
                    "rps": _rounded(r.rps_out),
                    "level": _rounded(r.level_out),
                    "against_states": _rounded(r.against_states_out),
                    "granted": _rounded(r.granted_out),
                },
            }
            for r in result.rivals
        ],
        "asking_joint": None if result.joint is None else joint_data(result.joint),
        "cases": [_plain_case(result, coded) for _, coded, _ in misses_first(result)],
        "borrowed_cases": result.borrowed,
        "notices": list(result.notices),
    }


def _rounded(value: float) -> float | None:
    return round(value, 4) if isfinite(value) else None


def _plain(score: Score) -> dict[str, float | int | bool | None]:
    return {
        name: (round(value, 4) if isfinite(value) else None) if isinstance(value, float) else value
        for name, value in {**asdict(score), "claimed": score.claimed}.items()
    }


def _plain_case(result: Backtest, coded: CodedCase) -> dict[str, Any]:
    case = coded.case
    by_mode = {}
    for mode in MODES:
        asks = result.asking.get(mode, {}).get(case.id)
        forecast = result.forecasts[SHOWN][mode][coded.id]
        by_mode[mode] = {
            "asks": None if asks is None else round(float(asks[0]), 4),
            "level": {x: round(float(p), 4) for x, p in zip(HELP_LEVELS, forecast.level, strict=True)},
            "answers": {
                m: {a: round(float(p), 4) for a, p in zip(CODED_ANSWERS, chances, strict=True)}
                for m, chances in forecast.answers["all"].items()
            },
        }
    return {
        "id": case.id,
        "conflict": case.conflict,
        "asked": coded.situation.asked,
        "asked_level": coded.situation.asked_level if coded.situation.asked else None,
        "decided": case.council_decision,
        "decided_class": decided_class(case),
        "miss": is_miss(coded, result.forecasts[SHOWN]["left_out"][coded.id]),
        "coded": {m: case.coded(m).position for m in coded.situation.members},
        **by_mode,
        "ledger": [line.strip() for line in ledger_lines(coded)],
    }
