"""The schemas of hubcast's events, by what `dataschema` names."""
import json
import os
from pathlib import Path

from jsonschema import Draft7Validator

# A copy of hubcast's schemas/: from its package or repository, or from GET /schemas of its internal listener.
FOLDER = Path(os.environ.get("HUBCAST_SCHEMAS", Path(__file__).parents[2] / "schemas"))


def load_validators(folder=FOLDER):
    """A validator for each `dataschema`."""
    index = json.loads((folder / "index.json").read_text("utf-8"))
    return {
        entry["dataschema"]: Draft7Validator(json.loads((folder / entry["path"]).read_text("utf-8")))
        for entry in index["types"]
    }


def problems_of(event, validators):
    """What is wrong with an event, one line each; none when it is what its type promises."""
    validator = validators.get(event.get("dataschema"))
    if validator is None:
        return [f"no schema here is named {event.get('dataschema')}: a newer hubcast may have sent it"]
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(event)]
