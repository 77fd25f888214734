"""The ledger: clauses met, contested, unmet, barred, not yet in force, and silence."""

from datetime import date

from sim.alliance.treaty import accepts_contested, read_treaty
from sim.scenario.alliance import Provision, ProvisionTest


def a_provision(**changes):
    data = {
        "instrument": "treaty",
        "title": "a clause",
        "in_force": date(2000, 1, 1),
        "tests": (
            ProvisionTest(fact="territory", met_by=("recognised",), contested_by=("disputed",)),
            ProvisionTest(fact="request", met_by=("yes",)),
        ),
        "permits": ("measures", "force"),
    }
    return Provision(**{**data, **changes})


TODAY = date(2020, 1, 1)
ASKED = {"territory": "recognised", "request": "yes"}


def test_a_clause_is_as_good_as_its_worst_test():
    treaty = {"help": a_provision()}
    assert read_treaty(treaty, ASKED, TODAY).basis["force"] == "met"
    assert read_treaty(treaty, ASKED | {"territory": "disputed"}, TODAY).basis["force"] == "contested"
    assert read_treaty(treaty, ASKED | {"request": "no"}, TODAY).basis["force"] == "unmet"


def test_words_need_no_clause_but_the_ledger_says_where_the_treaty_is_silent():
    ledger = read_treaty({}, ASKED, TODAY)
    assert ledger.lawful == ("words",)
    assert ledger.basis["measures"] == "unmet"
    assert ledger.silent


def test_a_clause_that_is_met_or_arguable_breaks_the_silence_and_an_unmet_one_does_not():
    treaty = {"help": a_provision()}
    assert not read_treaty(treaty, ASKED, TODAY).silent
    assert not read_treaty(treaty, ASKED | {"territory": "disputed"}, TODAY).silent
    assert read_treaty(treaty, ASKED | {"request": "no"}, TODAY).silent
    bar = a_provision(tests=(), permits=(), bars=("force",))
    assert not read_treaty({"bar": bar}, ASKED, TODAY).silent


def test_a_bar_that_is_met_forbids_and_a_contested_one_does_not():
    bar = a_provision(
        tests=(ProvisionTest(fact="adversary_is_member", met_by=("yes",), contested_by=("perhaps",)),),
        permits=(),
        bars=("force",),
    )
    treaty = {"help": a_provision(), "bar": bar}
    assert "force" not in read_treaty(treaty, ASKED | {"adversary_is_member": "yes"}, TODAY).lawful
    assert "force" in read_treaty(treaty, ASKED | {"adversary_is_member": "perhaps"}, TODAY).lawful


def test_only_law_in_force_on_the_day_counts():
    treaty = {"help": a_provision(ends=date(2010, 1, 1))}
    assert read_treaty(treaty, ASKED, date(1999, 12, 31)).basis["force"] == "unmet"
    assert read_treaty(treaty, ASKED, date(2005, 1, 1)).basis["force"] == "met"
    assert read_treaty(treaty, ASKED, TODAY).basis["force"] == "unmet"


def test_the_ledger_shows_clause_test_fact_and_verdict():
    lines = read_treaty({"help": a_provision()}, {"territory": "disputed"}, TODAY).entries
    assert [(e.fact, e.found, e.verdict) for e in lines] == [
        ("territory", "disputed", "contested"),
        ("request", "not established", "unmet"),
        ("", "", "unmet"),
    ]


def test_members_at_odds_with_the_host_do_not_accept_contested_facts():
    assert [accepts_contested(tie) for tie in (-0.5, 0.0, 1.0)] == [False, True, True]
