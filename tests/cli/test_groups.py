import click
import pytest

from sim.cli.groups import commands

VERBS = (
    "run", "sweep", "check", "schema", "calibrate", "sensitivity", "backtest", "fit", "why", "merge",
    "compare", "fork", "verify", "digest", "report", "export",
)  # fmt: skip


def test_a_file_alone_is_run(call, fast_run):
    spelt_out = call("run", "tiny.yaml", "--reps", 2, "--charts", "none", "--quiet")
    assert spelt_out.code == 0
    assert fast_run() == spelt_out


def test_options_may_come_before_the_file(call, fast_run):
    assert call("--reps", 2, "--quiet", "--charts", "none", "tiny.yaml") == fast_run()


def test_the_verbs_are_these():
    assert tuple(commands().commands) == VERBS


def test_a_misspelt_verb_is_answered_with_a_near_one(call):
    ended = call("chekc", "tiny.yaml")
    assert (ended.code, ended.out) == (2, "")
    assert "no verb or file 'chekc'; did you mean 'check'?" in ended.err


def test_a_word_like_no_verb_is_answered_with_all_of_them(call):
    ended = call("zzz")
    assert ended.code == 2
    assert all(verb in ended.err for verb in VERBS)


@pytest.mark.parametrize(
    "words", [("run", "tiny.yaml", "--resp", "3"), ("--bogus",), ("check",), ("run",), ()]
)
def test_what_cannot_be_parsed_ends_with_2(call, words):
    ended = call(*words)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err


def test_a_misspelt_option_is_answered_with_a_near_one(call):
    assert "--reps" in call("run", "tiny.yaml", "--resp", "3").err


@pytest.mark.parametrize("words", [(), *((verb,) for verb in VERBS)])
def test_every_help_screen_ends_with_an_example_that_parses(call, words):
    ended = call(*words, "--help")
    title, line = ended.out.rstrip().splitlines()[-2:]
    assert ended.code == 0
    assert title.strip() == "Example:"
    assert line.split()[:3] == ["python", "-m", "sim"]
    arguments = line.split(" > ")[0].split()[3:]
    verb, rest = (arguments[0], arguments[1:]) if arguments[0] in VERBS else ("run", arguments)
    commands().commands[verb].make_context(verb, rest)


def test_completion_offers_verbs_and_files():
    group = commands()
    offered = group.shell_complete(click.Context(group), "ch")
    assert [(item.value, item.type) for item in offered] == [("check", "plain"), ("ch", "file")]


def test_the_version_is_the_package_s(call):
    import sim

    assert sim.__version__ in call("--version").out
