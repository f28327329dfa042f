"""Handles each event of hubcast's topics once, in PostgreSQL, however often it comes and whenever this process dies.

What is remembered and what is done are one transaction, and Kafka's offset is committed after it.

    pip install -r requirements.txt
    psql "$DATABASE_URL" -f ../schema.sql
    KAFKA_BROKERS=localhost:9092 DATABASE_URL=postgres://localhost/events python consumer.py
"""
import json
import os
import re
import signal
import sys
import time

import psycopg
from confluent_kafka import Consumer, KafkaException

PREFIX = os.environ.get("TOPIC_PREFIX", "whatsapp")
# Ends when nothing came for so long.
IDLE_SECONDS = float(os.environ.get("IDLE_SECONDS", "inf"))


def event_of(message):
    """None for what is no event: whatever else is in a topic must not stop the rest."""
    if message.value() is None or message.topic().endswith(".raw"):
        return None  # a tombstone of a compacted topic, or a captured request
    try:
        event = json.loads(message.value())
        return event if isinstance(event, dict) and {"id", "app", "type", "time"} <= event.keys() else None
    except ValueError as error:
        place = f"{message.topic()}/{message.partition()}@{message.offset()}"
        print(f"{place}: no JSON: {error}", file=sys.stderr)
        return None


def main():
    consumer = Consumer({
        "bootstrap.servers": os.environ.get("KAFKA_BROKERS", "localhost:9092"),
        "group.id": os.environ.get("GROUP_ID", "hubcast-postgres-python"),
        "auto.offset.reset": "earliest",
        "enable.auto.offset.store": False,
    })
    consumer.subscribe([f"^{re.escape(PREFIX)}\\."])
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    last = time.monotonic()
    with psycopg.connect(os.environ.get("DATABASE_URL", "postgres://localhost/events"), autocommit=True) as database:
        while not stopping and time.monotonic() - last < IDLE_SECONDS:
            message = consumer.poll(0.5)
            if message is None:
                continue
            if message.error():
                raise KafkaException(message.error())
            last = time.monotonic()
            event = event_of(message)
            if event is not None:
                # The value as it came: PostgreSQL keeps every digit of it. One statement is one transaction.
                (new,) = database.execute("SELECT handle_event(%s)", [message.value().decode()]).fetchone()
                print("" if new else "again ", event["id"], " ", event["type"], sep="", flush=True)
            consumer.store_offsets(message)
    consumer.close()


if __name__ == "__main__":
    main()
