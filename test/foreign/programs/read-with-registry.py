"""Reads values with schema ids by Confluent's deserialiser: prints id and type of each event.

Arguments: brokers, URL of the registry, topics, number of distinct events to wait for.
"""
import sys
import uuid

from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.json_schema import JSONDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

brokers, url, topics, count = sys.argv[1:]
decode = JSONDeserializer(None, schema_registry_client=SchemaRegistryClient({"url": url}))
consumer = Consumer(
    {"bootstrap.servers": brokers, "group.id": f"python-{uuid.uuid4()}", "auto.offset.reset": "earliest"}
)
consumer.subscribe(topics.split(","))
seen = set()
while len(seen) < int(count):
    message = consumer.poll(60)
    if message is None:
        sys.exit(f"{len(seen)} of {count} events came within a minute")
    if message.error():
        sys.exit(str(message.error()))
    event = decode(message.value(), SerializationContext(message.topic(), MessageField.VALUE))
    seen.add(event["id"])
    print(event["id"], event["type"])
consumer.close()
