"""Records are read in both forms, strangers get a neutral default, and faults are told where they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from sim.scenario.errors import ScenarioError
from sim.scenario.record import Record, load_record
from sim.scenario.state_names import load_names, names_for, slug

RECORDS = Path(__file__).resolve().parents[2] / "scenarios" / "record"
#: Marks, in a planted text, the place a problem must point to.
HERE = "§"

MAPPING = """\
format: 1
title: Two cases
cases:
  raid_1901:
    start: 1901-05-02
    end: 1901-05-09
    type: cross_border_incursion
    host: ARM
    adversary: {name: raiders, kind: non-state}
    formally_requested: {value: true, date: 1901-05-03}
    council_decision: mission
    asked_level: force
    positions:
      ARM: {role: host, position: supports, basis: own_statement_or_act, confidence: high}
      RUS: {position: contributes, channel: collective, basis: own_statement_or_act}
  war_1902:
    start: 1902-01-01
    type: interstate_war
    host: ARM
    adversary: {name: Turkey, kind: state}
    council_decision: none
    positions: {RUS: {position: opposes}}
"""

LISTED = """\
- id: raid_1901
  name: A raid
  start: '1901-05-02'
  end: '1901-05-09'
  type: border_incursion
  host: Armenia
  adversary: {name: Turkish raiders, kind: non-state}
  formally_requested: {value: true, date: '1901-05-03', article: null, note: by wire}
  council_decision: mission
  days_note: null
  troops_sent: {Russia: null, KZ: 300}
  members_at_date: [AM, Russia, Ruritania]
  positions:
    Armenia: {role: host, position: supports, basis: own_statement_or_act, confidence: high}
    RU: {role: third, position: contributes, basis: own_statement_or_act, channel: collective}
    Ruritania: abstains_or_silent
    Kazakhstan: null
  sources: [https://example.org/raid]
- id: war_1902
  start: '1902-01-01'
  type: interstate_war
  host: Georgia
  adversary: {name: Turkey (with help of Poland), kind: state}
  council_decision: refused
  positions: {RU: {position: opposes}}
"""


@pytest.fixture(scope="module")
def shipped() -> Record:
    return load_record(RECORDS / "csto.yaml")


def read(folder: Path, text: str) -> Record:
    path = folder / "record.yaml"
    path.write_text(text, encoding="utf-8")
    return load_record(path)


def test_a_mapping_is_read(tmp_path):
    record = read(tmp_path, MAPPING)
    raid = record.cases["raid_1901"]
    assert list(record.cases) == ["raid_1901", "war_1902"]
    assert (raid.id, raid.asked_level, raid.positions["RUS"].channel) == ("raid_1901", "force", "collective")
    assert raid.allies == ("RUS",)
    assert raid.day.isoformat() == "1901-05-03"
    assert record.notices == ()


def test_a_list_with_names_and_codes_is_read(tmp_path):
    record = read(tmp_path, LISTED)
    raid = record.cases["raid_1901"]
    assert raid.host == "ARM"
    assert raid.type == "cross_border_incursion"
    assert raid.members_at_date == ("ARM", "RUS", "ruritania")
    assert raid.troops_sent == {"RUS": None, "KAZ": 300}
    assert list(raid.positions) == ["ARM", "RUS", "ruritania", "KAZ"]
    assert raid.positions["ruritania"].answer == "abstains_or_silent"
    assert raid.positions["KAZ"].answer is None
    assert raid.asked_level is raid.attribution is raid.asked_elsewhere is None


def test_a_stranger_is_noted_once_with_its_place(tmp_path):
    record = read(tmp_path, LISTED)
    assert len(record.notices) == 1
    assert re.search(
        r"record\.yaml:\d+:\d+: positions\.Ruritania: 'Ruritania' stands in no", record.notices[0]
    )


def test_partners_outside_the_alliance_have_keys(tmp_path):
    war = read(tmp_path, LISTED).cases["war_1902"]
    assert war.host == "GEO"
    assert war.adversary.parties == ("TUR", "POL")
    assert war.council_decision == "refused"


def test_an_unknown_adversary_state_is_no_crash(tmp_path):
    text = LISTED.replace("Turkey (with help of Poland)", "Grand Fenwick")
    record = read(tmp_path, text)
    assert record.cases["war_1902"].adversary.parties == ("grand_fenwick",)
    assert any("Grand Fenwick" in notice for notice in record.notices)


@pytest.mark.parametrize(
    ("adversary", "kind"),
    [
        ("{name: Turkey}", "state"),
        ("{parties: [Turkey, northern_front]}", "state"),
        ("{name: Northern Front}", "non-state"),
        ("{name: Taliban}", "non-state"),
        ("Taliban", "non-state"),
        ("Turkey", "state"),
        ("{name: nobody}", "none"),
        ("{name: nobody, parties: [Turkey]}", "state"),
    ],
)
def test_an_adversary_without_a_kind_gets_one_and_a_notice(tmp_path, adversary, kind):
    record = read(tmp_path, MAPPING.replace("{name: Turkey, kind: state}", adversary))
    assert record.cases["war_1902"].adversary.kind == kind
    told = [n for n in record.notices if f"no 'kind' is given; read as '{kind}'" in n]
    assert len(told) == (1 if adversary.startswith("{") else 0)
    line = 1 + MAPPING.splitlines().index("    adversary: {name: Turkey, kind: state}")
    assert all(f"record.yaml:{line}:" in notice for notice in told)


def test_an_epidemic_needs_no_kind(tmp_path):
    text = MAPPING.replace("{name: Turkey, kind: state}", "{name: Flu}").replace("interstate_war", "epidemic")
    assert read(tmp_path, text).cases["war_1902"].adversary.kind == "epidemic"


def test_roles_left_open_follow_from_host_and_parties(tmp_path):
    text = MAPPING.replace(
        "positions: {RUS: {position: opposes}}", "positions: {RUS: opposes, ARM: supports, TUR: opposes}"
    )
    war = read(tmp_path, text).cases["war_1902"]
    assert [war.role_of(name) for name in ("RUS", "ARM", "TUR", "KAZ")] == [
        "third",
        "host",
        "adversary",
        "third",
    ]
    assert war.allies == ("RUS",)


def test_the_council_is_the_members_of_the_day_whoever_is_coded(tmp_path):
    given = "council_decision: none\n    members_at_date: [KAZ, ARM, RUS, BLR]"
    text = MAPPING.replace("council_decision: none", given)
    war = read(tmp_path, text.replace("{RUS: {position: opposes}}", "{RUS: opposes, POL: contributes}"))
    assert war.cases["war_1902"].seats == ("RUS", "KAZ", "ARM", "BLR")
    assert war.cases["war_1902"].allies == ("RUS", "KAZ", "BLR")
    assert war.cases["war_1902"].coded("KAZ").position is None
    nobody = read(tmp_path, text.replace("{RUS: {position: opposes}}", "{}")).cases["war_1902"]
    assert nobody.allies == ("KAZ", "RUS", "BLR")


def test_wars_between_the_same_states_are_one_conflict(tmp_path):
    again = LISTED + LISTED[LISTED.index("- id: war_1902") :].replace("war_1902", "war_1903")
    record = read(tmp_path, again)
    assert record.conflicts == {
        "raid_1901": ("raid_1901",),
        "GEO-POL-TUR": ("war_1902", "war_1903"),
    }


def test_an_unused_key_of_a_case_is_noted_and_passed_over(tmp_path):
    record = read(tmp_path, LISTED.replace("  name: A raid", "  weather: fine"))
    assert len(record.cases) == 2
    assert any("'weather' is not used" in notice for notice in record.notices)


#: name, form, text to find, text to plant (the mark says where the problem must point), message
FAULTS = [
    (
        "a misspelt key",
        MAPPING,
        "    council_decision: m",
        "    §counsil_decision: m",
        "did you mean 'council_dec",
    ),
    (
        "a missing key",
        MAPPING,
        "  war_1902:\n",
        "  §war_1902:\n    host: ARM\n  b:\n",
        "the key 'start' is missing",
    ),
    ("an unknown rung", MAPPING, "decision: mission", "decision: §misson", "did you mean 'mission'?"),
    ("an unknown answer", MAPPING, "position: opposes", "position: §oposes", "did you mean 'opposes'?"),
    ("no day", MAPPING, "start: 1902-01-01", "start: §soon", "'soon' is no day"),
    ("a start that is a number", LISTED, "start: '1902-01-01'", "start: §1902", "1902 is no day"),
    ("an end before the start", MAPPING, "  raid_1901:", "  §raid_1901:", "'end' is before 'start'"),
    (
        "a case that is a word",
        MAPPING,
        "  war_1902:\n",
        "  other: §word\n  war_1902:\n",
        "a case is a mapping",
    ),
    ("a listed case without id", LISTED, "- id: war_1902\n  start", "- §start", "the key 'id' is missing"),
    ("an id given twice", LISTED, "- id: war_1902", "- §id: raid_1901", "already given"),
    ("a member given twice", LISTED, "    RU: {role", "    AM: §{role", "'AM' is ARM, given above"),
    (
        "a channel of a bystander",
        MAPPING,
        "{RUS: {position: opposes}}",
        "{§RUS: {position: opposes, channel: bilateral}}",
        "drop it",
    ),
    ("a wrong level", MAPPING, "asked_level: force", "asked_level: §troops", "is not known here"),
    ("too far north", LISTED, "  name: A raid", "  where: {lat: §95}", "95 is too high"),
    ("a key twice", LISTED, "  name: A raid", "  name: A raid\n  §name: B", "was already given"),
]


@pytest.mark.parametrize(
    ("text", "old", "new", "message"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_fault_is_told_at_its_place(tmp_path, text, old, new, message):
    assert text.count(old) >= 1
    planted = text.replace(old, new, 1)
    if message.startswith("'end'"):
        planted = planted.replace("end: 1901-05-09", "end: 1901-05-01")
    before = planted.partition(HERE)[0]
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, planted.replace(HERE, ""))
    found = [(p.line, p.column) for p in caught.value.problems if message in p.message]
    assert found == [(line, column)], str(caught.value)


def test_all_faults_are_told_at_once(tmp_path):
    text = MAPPING.replace("interstate_war", "war").replace("mission", "misson").replace("opposes", "no")
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, text)
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    "text",
    ["hello\n", "format: 1\n", "cases: 3\n", "format: 2\ncases: {}\n", "format: 1\ncases: {}\n", "[]\n"],
)
def test_what_is_no_record_is_refused(tmp_path, text):
    with pytest.raises(ScenarioError):
        read(tmp_path, text)


def test_no_case_is_lost(shipped):
    data = yaml.safe_load((RECORDS / "csto.yaml").read_text(encoding="utf-8"))
    assert list(shipped.cases) == list(data["cases"])
    assert len(shipped.cases) == 34
    assert sum(len(case.positions) for case in shipped.cases.values()) == 212
    assert shipped.notices == ()


def test_cases_stand_oldest_first(shipped):
    starts = [case.start for case in shipped.cases.values()]
    assert starts == sorted(starts)


def test_every_case_has_sources_and_every_known_position_one(shipped):
    for case in shipped.cases.values():
        assert case.sources, case.id
        assert any(source.startswith("http") for source in case.sources), case.id
        for member, coded in case.positions.items():
            assert coded.source or coded.position is None, (case.id, member)
            assert coded.source is None or coded.source in case.sources, (case.id, member)


def test_every_case_is_coded_with_reasons(shipped):
    for case in shipped.cases.values():
        assert case.attribution is not None, case.id
        assert case.motion is not None, case.id
        assert "asked_level" in case.coding_notes, case.id
        assert set(case.coding_notes) <= set(type(case).model_fields), case.id
        assert case.motion or case.asked_level in ("none", None), case.id


def test_every_member_has_a_position_and_a_key(shipped):
    table = names_for(RECORDS / "csto.yaml")
    for case in shipped.cases.values():
        assert set(case.positions) == set(case.members_at_date), case.id
        keys = {*case.positions, *case.adversary.parties, *case.troops_sent, *(case.asked_elsewhere or ())}
        assert all(table.key(key) == key for key in keys), case.id


def test_siblings_share_a_conflict(shipped):
    conflicts = shipped.conflicts
    assert len(conflicts["ARM-AZE"]) == 7
    assert len(conflicts["KGZ-TJK"]) == 2
    assert len(conflicts["tajik_civil_war"]) == 3
    assert sum(map(len, conflicts.values())) == 34
    between = [c for c in shipped.cases.values() if {"ARM", "AZE"} <= {c.host, *c.adversary.parties}]
    assert {case.conflict for case in between} == {"ARM-AZE"}


def test_the_same_record_as_a_list_with_names_reads_the_same(shipped, tmp_path):
    table = names_for(RECORDS / "csto.yaml")
    data = yaml.safe_load((RECORDS / "csto.yaml").read_text(encoding="utf-8"))
    listed = []
    for key, case in data["cases"].items():
        case["positions"] = {table.name(m): coded for m, coded in case["positions"].items()}
        case["members_at_date"] = [table.name(member) for member in case["members_at_date"]]
        case["host"] = case["host"] and table.name(case["host"])
        listed.append({"id": key, **case})
    path = tmp_path / "list.yaml"
    path.write_text(yaml.safe_dump(listed, allow_unicode=True, sort_keys=False), encoding="utf-8")
    again = load_record(path)
    assert again.cases == shipped.cases


def test_names_codes_and_keys_lead_to_one_key():
    table = names_for(RECORDS / "csto.yaml")
    assert {table.key(name) for name in ("UA", "UKR", "Ukraine", " ukraine ")} == {"UKR"}
    assert {table.key(name) for name in ("TR", "Turkey", "Türkiye")} == {"TUR"}
    assert table.key("Ruritania") is None
    assert table.name("KGZ") == "Kyrgyzstan"
    assert table.name("grey_men") == "grey men"
    assert slug("  Grey men (of Zenda)!") == "grey_men_of_zenda"


def test_a_name_for_two_states_is_a_fault(tmp_path):
    path = tmp_path / "names.yaml"
    path.write_text("format: 1\nstates: {AAA: [AA, Home], BBB: [BB, home]}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="'home' names both AAA and BBB"):
        load_names(path)


def test_a_table_beside_the_record_is_used_first(tmp_path):
    (tmp_path / "names.yaml").write_text("format: 1\nstates: {RUR: [RU, Ruritania]}\n", encoding="utf-8")
    text = LISTED.replace("    RU:", "    XX:", 1)
    assert "RUR" in read(tmp_path, text).cases["raid_1901"].positions
