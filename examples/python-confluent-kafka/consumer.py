"""Reads hubcast's topics with confluent-kafka, and checks each event by its JSON Schema.

    pip install -r requirements.txt
    KAFKA_BROKERS=localhost:9092 python consumer.py
"""
import json
import os
import re
import signal
import sys

from confluent_kafka import Consumer, KafkaException

from event_schemas import load_validators, problems_of

PREFIX = os.environ.get("TOPIC_PREFIX", "whatsapp")
LIMIT = int(os.environ.get("LIMIT", "0"))
VALIDATORS = load_validators()


def handle(event):
    print(event["id"], event["type"], event.get("subject", "-"), flush=True)


def read(message, handled):
    """One record: whatever else is in a topic must not stop the rest."""
    place = f"{message.topic()}/{message.partition()}@{message.offset()}"
    if message.value() is None or message.topic().endswith(".raw"):
        return  # a tombstone of a compacted topic, or a captured request
    try:
        # Python's integers keep every digit of Meta's ids.
        event = json.loads(message.value())
    except ValueError as error:
        print(f"{place}: no JSON: {error}", file=sys.stderr)
        return
    problems = problems_of(event, VALIDATORS)
    if problems:
        print(f"{place}: {'; '.join(problems)}", file=sys.stderr)
    elif (event["app"], event["id"]) not in handled:  # Kafka may hold an event twice
        handle(event)
        handled.add((event["app"], event["id"]))


def main():
    consumer = Consumer({
        "bootstrap.servers": os.environ.get("KAFKA_BROKERS", "localhost:9092"),
        "group.id": os.environ.get("GROUP_ID", "hubcast-example-python"),
        "auto.offset.reset": "earliest",
    })
    consumer.subscribe([f"^{re.escape(PREFIX)}\\."])
    handled = set()
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    try:
        while not stopping and (LIMIT == 0 or len(handled) < LIMIT):
            message = consumer.poll(1.0)
            if message is None:
                continue
            if message.error():
                raise KafkaException(message.error())
            read(message, handled)
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
