"""The ledger: clauses met, contested, unmet, barred, not yet in force, and silence."""

from datetime import date, timedelta

from sim.alliance.treaty import accepts_contested, clause_name, read_treaty
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


def test_a_clause_and_its_successor_share_no_day_and_leave_none_out():
    turn = date(2010, 1, 1)
    treaty = {"old": a_provision(ends=turn), "new": a_provision(in_force=turn)}
    found = [
        {e.provision for e in read_treaty(treaty, ASKED, turn + timedelta(days=shift)).entries}
        for shift in (-1, 0, 1)
    ]
    assert found == [{"old"}, {"new"}, {"new"}]


def test_the_ledger_shows_clause_test_fact_and_verdict():
    lines = read_treaty({"help": a_provision()}, {"territory": "disputed"}, TODAY).entries
    assert [(e.fact, e.found, e.verdict) for e in lines] == [
        ("territory", "disputed", "contested"),
        ("request", "not established", "unmet"),
        ("", "", "unmet"),
    ]


def test_a_clause_is_named_with_its_instrument_since_two_have_the_same_number():
    def named(instrument, title):
        return clause_name(a_provision(instrument=instrument, title=title))

    assert named("Treaty of 15 May 1992 as amended in 2010", "Art. 7, bases") == "Treaty Art. 7, bases"
    assert named("Charter of 7 October 2002", "Art. 7, forces") == "Charter Art. 7, forces"
    assert named("Agreement on aid of 1 May 2001", "Aid on request") == "Agreement on aid: Aid on request"
    assert named("Regulation on aid, 1 May 2001", "Steps") == "Regulation on aid: Steps"
    treaty = {"help": a_provision(instrument="Treaty of 1 May 2001")}
    assert {e.title for e in read_treaty(treaty, ASKED, TODAY).entries} == {"Treaty: a clause"}


def test_members_at_odds_with_the_host_do_not_accept_contested_facts():
    assert [accepts_contested(tie) for tie in (-0.5, 0.0, 1.0)] == [False, True, True]


def in_doubt(*provisions, **facts):
    treaty = {str(number): provision for number, provision in enumerate(provisions)}
    return read_treaty(treaty, ASKED | facts, TODAY).in_doubt


def test_a_level_whose_only_basis_is_contested_is_in_doubt():
    assert in_doubt(a_provision()) == ()
    assert in_doubt(a_provision(), territory="disputed") == ("measures", "force")
    assert in_doubt(a_provision(), territory="elsewhere") == ()  # unmet: there is nothing to argue about


def test_a_dispute_over_territory_casts_doubt_on_a_level_that_another_clause_carries():
    anywhere = a_provision(tests=(), permits=("measures",))
    assert in_doubt(a_provision(), anywhere) == ()
    assert in_doubt(a_provision(), anywhere, territory="disputed") == ("measures", "force")
    # A clause that fails for another reason is no argument, nor is one that is contested over something else.
    assert in_doubt(a_provision(), anywhere, territory="disputed", request="no") == ()
    hand = a_provision(
        tests=(ProvisionTest(fact="external_hand", met_by=("proved",), contested_by=("claimed",)),)
    )
    assert in_doubt(hand, anywhere, external_hand="claimed") == ("force",)


def test_words_are_never_in_doubt():
    speaks = a_provision(permits=("words",))
    assert in_doubt(speaks, territory="disputed") == ()
