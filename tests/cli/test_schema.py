import json


def test_the_schema_knows_the_keys_of_a_scenario(call):
    ended = call("schema")
    schema = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    keys = {"alliance", "crisis", "response", "uncertain", "record", "extends"}
    assert keys <= set(schema["then"]["properties"]) == set(schema["else"]["properties"])
