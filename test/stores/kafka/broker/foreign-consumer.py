# Prints a topic's records as `kcat -J` does, with confluent-kafka, for machines without kcat.
# Arguments: brokers, topic, and settings of librdkafka as name=value.
import json
import sys

from confluent_kafka import Consumer, KafkaException, TopicPartition

brokers, topic, *settings = sys.argv[1:]
consumer = Consumer({
    "bootstrap.servers": brokers,
    "group.id": "hubcast-tests-foreign",
    "enable.auto.commit": False,
    "check.crcs": True,
    **dict(setting.split("=", 1) for setting in settings),
})


def text(data):
    return None if data is None else data.decode("utf-8", "replace")


try:
    for partition in consumer.list_topics(topic, timeout=10).topics[topic].partitions:
        first, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
        consumer.assign([TopicPartition(topic, partition, first)])
        while consumer.position([TopicPartition(topic, partition)])[0].offset < end and first < end:
            message = consumer.poll(10)
            if message is None:
                sys.exit(f"{topic}/{partition} gave nothing for 10 s before its end at {end}")
            if message.error():
                raise KafkaException(message.error())
            flat = [part for name, value in message.headers() or [] for part in (name, text(value))]
            print(json.dumps({
                "partition": partition,
                "offset": message.offset(),
                "ts": message.timestamp()[1],
                "key": text(message.key()),
                "headers": flat,
                "payload": text(message.value()),
            }))
finally:
    consumer.close()
