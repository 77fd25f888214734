import json

import pytest

WORDS = ("why", "tiny.yaml", "--replication", 0)


def test_an_answer_is_explained_from_the_law_to_the_flip(call):
    ended = call(*WORDS)
    assert (ended.code, ended.err) == (0, "")
    for part in (
        "Run 0 (seed 1, draw 0 of the uncertain inputs): the run asked for.",
        "Question: is force adopted?",
        "The treaty on force",
        "= systematic terms",
        "common shock",
        "The outcome under the rule",
        "The smallest single change that flips the answer",
        "No smaller one in the set flips it.",
    ):
        assert part in ended.out
    assert max(map(len, ended.out.splitlines())) <= 110
    assert call(*WORDS).out == ended.out


def test_with_json_the_terms_add_up_and_the_flip_is_the_first_of_the_flips(call):
    document = json.loads(call(*WORDS, "--json").out)
    assert set(document["members"]) == {"AAA", "BBB"}
    for told in document["members"].values():
        parts = [*told["terms"].values(), *told["shocks"].values()]
        assert sum(parts) == pytest.approx(told["willingness"])
    systematic = [f"{sum(told['terms'].values()):+.2f}" for told in document["members"].values()]
    (row,) = [line for line in call(*WORDS).out.splitlines() if line.startswith("= systematic")]
    assert row.split()[-2:] == systematic
    sizes = [change["size"] for change in document["flips"]]
    assert sizes == sorted(sizes)
    passed_over = len(document["unconfirmed"])
    assert document["flip"]["words"] == document["flips"][passed_over]["words"]


def test_tests_that_are_met_are_in_the_document_alone(call):
    tests = json.loads(call(*WORDS, "--json").out)["ledger"]
    assert {"clause": "", "test": "territory", "fact": "recognised", "verdict": "met"} in tests
    law = call(*WORDS).out.partition("The treaty on force")[2].partition("Reasons of")[0]
    assert "Help on request" in law
    assert "recognised" not in law


def test_the_text_names_the_blocker_and_why_help_went_no_further(call):
    settings = (
        "alliance.ties={AAA-CCC: 1.5, BBB-CCC: -2}",
        "decision.ordered_choice.weights.ties_to_host=3",
        "decision.ordered_choice.sigma_own=0",
        "decision.ordered_choice.sigma_common=0",
    )
    ended = call(*WORDS, *(word for setting in settings for word in ("--set", setting)))
    out = " ".join(ended.out.split())
    assert "Decisive on force, limited scope: Ally, who would have carried it by supporting." in out
    assert "Why not measures, the next higher level: refused, blocked by Ally (full scope)." in out
    assert "`--level measures` tells what would flip that." in out


def test_by_default_the_run_is_the_typical_one(call):
    assert "the typical one of 24" in " ".join(call("why", "tiny.yaml").out.split())


def test_one_member_is_asked_about_and_a_rung_stands_for_its_level(call):
    out = call(*WORDS, "--member", "BBB", "--level", "exercises").out
    assert "Question: does Ally support a motion on measures in full scope?" in out
    assert "Lead supports" not in out


@pytest.mark.parametrize("model", ["lead_nation", "legalist", "expected_utility", "base_rate", "always_none"])
def test_rival_theories_are_explained_too(call, model):
    ended = call(*WORDS, "--set", f"decision.model={model}")
    assert ended.code == 0
    assert "By this theory each member's class is drawn" in ended.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--member", "CCC"), 2, "'CCC' is no ally with a vote; those are AAA, BBB"),
        (("--level", "none"), 2, "--level"),
        (("--replication", "-1"), 2, "--replication"),
        (("--set", "council.rul=unanimity"), 3, "--set #1"),
    ],
)
def test_what_cannot_be_explained_is_said(call, words, code, said):
    ended = call(*WORDS, *words)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err


def test_a_recorded_case_is_explained_by_the_fitted_choice(call):
    ended = call("why", "--case", "syria_2017", "--json")
    assert (ended.code, ended.err) == (0, "")
    told = json.loads(ended.out)
    assert (told["case"], told["level"], told["answer"]) == ("syria_2017", "force", False)


@pytest.mark.parametrize(
    "words",
    [
        ("why",),
        ("why", "tiny.yaml", "--case", "syria_2017"),
        ("why", "--case", "no_such_case"),
        ("why", "--case", "syria_2017", "--set", "council.rule=unanimity"),
    ],
)
def test_a_file_or_a_case_of_the_record_is_needed(call, words):
    assert call(*words).code == 2
