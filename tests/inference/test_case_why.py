"""A recorded case is explained by the fitted choice that has not seen it, and a flip flips."""

import json

import pytest

from sim.inference.case_why import EVEN, explain_case, with_fact
from sim.inference.situations import load_alliance
from sim.report.case_why import case_why_data, case_why_text
from tests.inference.records import ALLIANCE, shipped_cases


@pytest.fixture(scope="module")
def alliance():
    return load_alliance(ALLIANCE)


@pytest.fixture(scope="module")
def granted(alliance):
    cases = shipped_cases()
    return explain_case(next(c for c in cases if c.id == "kazakhstan_jan_2022"), cases, alliance)


def test_the_conflict_itself_is_kept_from_view(granted):
    assert granted.learnt_from == len(shipped_cases()) - 1


def test_flips_are_on_the_other_side_of_one_half_and_sorted(granted):
    assert granted.flips
    assert all((c.chance > EVEN) is not (granted.chance > EVEN) for c in granted.flips)
    sizes = [round(c.size, 9) for c in granted.flips]
    assert sizes == sorted(sizes)
    assert min(granted.tried.values()) > 0


def test_everything_is_told(granted):
    text = case_why_text(granted)
    for part in ("The treaty on that day", "Willingness against", "flips the forecast", "Not searched"):
        assert part in text
    assert max(map(len, text.splitlines())) <= 115
    data = json.loads(json.dumps(case_why_data(granted), allow_nan=False))
    assert data["flip"]["words"] == data["flips"][0]["words"]


def test_a_fact_otherwise_is_read_by_the_law_again(alliance):
    coded = next(c for c in shipped_cases() if c.id == "syria_2017")
    lawful = with_fact(coded, alliance, "un_mandate", "yes")
    assert coded.situation.basis["force"] == "unmet"
    assert lawful.situation.basis["force"] != "unmet"
    silent = with_fact(coded, alliance, "request", "no")
    assert not silent.situation.asked


def test_a_stranger_is_no_ally(alliance):
    with pytest.raises(ValueError, match="no ally in this case"):
        explain_case(shipped_cases()[0], shipped_cases(), alliance, member="XXX")
