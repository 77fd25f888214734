import re
from pathlib import Path

from tests.tiny import tiny_yaml


def test_a_correct_scenario_is_described(call):
    ended = call("check", "tiny.yaml")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[:2] == ["tiny.yaml: correct", "  A tiny crisis"]
    assert "3 members, 2 sites, 480 h" in ended.out


def test_every_mistake_of_every_file_is_told(call):
    wrong = tiny_yaml().replace("growth: 0.08 per h", "grwoth: 0.08 km").replace("posting: 3 h", "posting: 3")
    Path("wrong.yaml").write_text(wrong)
    ended = call("check", "wrong.yaml", "missing.yaml", "tiny.yaml")
    assert ended.code == 3
    assert ended.out.splitlines()[0] == "tiny.yaml: correct"
    assert re.search(
        r"^wrong.yaml:\d+:\d+: crisis.unrest.grwoth: .*did you mean 'growth'", ended.err, re.MULTILINE
    )
    assert re.search(r"^wrong.yaml:\d+:\d+: response.mission.posting: ", ended.err, re.MULTILINE)
    assert re.search(r"^missing.yaml: ", ended.err, re.MULTILINE)


def test_a_setting_is_checked_too(call):
    assert call("check", "tiny.yaml", "--set", "council.rule=unanimity").code == 0
    ended = call("check", "tiny.yaml", "--set", "council.rule=unanimty")
    assert ended.code == 3
    assert "--set #1" in ended.err


def test_a_record_that_names_no_response_is_a_mistake(call):
    Path("wrong.yaml").write_text(
        tiny_yaml().replace("response: hours_to_decision", "response: hours_to_decide")
    )
    ended = call("check", "wrong.yaml")
    assert ended.code == 3
    assert re.search(r"^wrong.yaml:\d+:15: record.decision.response: ", ended.err, re.MULTILINE)
    assert "did you mean 'hours_to_decision'?" in ended.err


def test_checking_writes_nothing(call):
    before = sorted(Path().rglob("*"))
    call("check", "tiny.yaml")
    call("check", "missing.yaml")
    assert sorted(Path().rglob("*")) == before
