"""Why the members answered as they did in the typical run: a few lines beside the story, and as data."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sim.inference.explanation import Explanation, Question, adopted_in, asked_in, turned_weights
from sim.inference.hearing import Hearing, hear
from sim.report.explain import decisive, member_sentence, named_reasons, next_higher, outcome
from sim.report.explain_data import explanation_data
from sim.report.explain_tables import motion_told, scope_of, turned_notes
from sim.report.words import WIDTH
from sim.scenario.alliance import HelpLevel

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.scenario.models import Scenario

#: Explanations of studies as long as these live: each goes into a file, onto the terminal and into charts.
_known: WeakKeyDictionary[Study, Explanation | None] = WeakKeyDictionary()


def model_sentence(scenario: Scenario) -> str:
    """Return by which model the members of a scenario decide, and where its numbers come from."""
    decision = scenario.response.decision
    name = decision.model.replace("_", " ")
    seen = f", '{decision.leave_out}' kept from view" if decision.leave_out else ""
    if decision.model == "ordered_choice":
        fitted = decision.weights == "fitted"
        from_where = f"weights fitted to past cases{seen}" if fitted else "assumed weights"
        return f"Members decide by the {name}, on {from_where}."
    taught = decision.learnt is not None and decision.model in ("case_based", "plain_logit", "base_rate")
    return f"Members decide by the rival theory '{name}'{f', taught by past cases{seen}' if taught else ''}."


def why_lines(study: Study) -> list[str]:
    """Return the reasons of the typical run's answers; where nobody asked, only how members decide."""
    found = explanation_of(study)
    if found is None:
        return textwrap.wrap(model_sentence(study.scenario), WIDTH)
    lead = found.hearing.members.lead
    allies = [lead] if lead in found.hearing.members.allies else []
    on = motion_words(found)
    told = [*outcome(found), *decisive(found), *(f"{on}: {member_sentence(found, m)}" for m in allies)]
    told += turned_notes(found.turned, [name for m in allies for name in named_reasons(found, m)])
    told += next_higher(found)
    more = (
        f"`python -m sim why FILE --replication {found.run.run}` tells every term and what flips the answer."
    )
    title = f"Why (run {found.run.run}): {model_sentence(found.scenario)}"
    return [line for text in (title, *told, more) for line in textwrap.wrap(text, WIDTH)]


def motion_words(found: Explanation) -> str:
    """Return which motion the members' answers are answers to, and whether it was put at all."""
    attempt = motion_told(found)
    scope = f", {scope_of(attempt)} scope" if attempt.level == "force" else ""
    return f"On {attempt.level}{scope}{', had it been put' if attempt.reason else ''}"


def last_put(hearing: Hearing) -> HelpLevel:
    """Return the level whose answers are told: adopted, or the last one put; force where nothing was put."""
    put: list[HelpLevel] = [a.level for a in hearing.attempts if not a.reason]
    return hearing.adopted if hearing.adopted != "none" else (put or ["force"])[-1]


def why_data(study: Study) -> dict[str, Any] | None:
    """Return the same as plain data, with every member's terms; None where there is nothing to explain."""
    found = explanation_of(study)
    if found is None:
        return None
    data = explanation_data(found)
    unsearched = ("flip", "flips", "unconfirmed", "tried")
    kept = {name: value for name, value in data.items() if name not in unsearched}
    return {"model": model_sentence(found.scenario), **kept}


def explanation_of(study: Study) -> Explanation | None:
    """Return the explanation of the typical run, without a search for flips; None without an appeal."""
    if study not in _known:
        _known[study] = _explained(study)
    return _known[study]


def _explained(study: Study) -> Explanation | None:
    if study.typical < 0:
        return None
    log = study.typical_log
    if not asked_in(log):
        return None
    run, scenario = study.design[study.typical], study.scenario_of(study.typical)
    hearing = hear(scenario, run.seed, run.replication)
    question = Question(last_put(hearing))
    heard = adopted_in(log) == hearing.adopted
    answer = question.asked_of(hearing)
    turned = turned_weights(study.scenario.response.decision, scenario.response.decision)
    return Explanation(
        scenario, run, "the typical one", question, answer, heard, hearing, None, (), (), {}, turned
    )
