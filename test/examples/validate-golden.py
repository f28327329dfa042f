# Validates every golden event with the example's validators (Python's jsonschema). Arguments: the example, test/fixtures/webhooks.
import json
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
from event_schemas import load_validators, problems_of  # noqa: E402

validators = load_validators()
count = 0
for file in sorted(Path(sys.argv[2]).glob("*/*/records.json")):
    for record in json.loads(file.read_text("utf-8")):
        count += 1
        for problem in problems_of(record["event"], validators):
            print(f"{file.parent.name}: {problem}", file=sys.stderr)
            sys.exit(1)
print(count)
