"""Reads records.jsonl by the CloudEvents SDK of Python.

Records in structured mode are read by from_structured: from_binary takes the headers, and the whole event for its data.
"""
import json

from cloudevents.kafka import KafkaMessage, from_structured

for line in open("records.jsonl", encoding="utf-8"):
    record = json.loads(line)
    headers = {name: value.encode() for name, value in record["headers"].items()}
    event = from_structured(KafkaMessage(headers=headers, key=None, value=record["value"].encode()))
    print(event["id"], event["type"], event["source"], event.get("subject") or "", sep="\t")
