import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * Reads values with schema ids by Apicurio's deserialiser: prints id and type of each event. Arguments: brokers, URL of
 * the registry, topics, number of distinct events to wait for.
 */
class ReadWithRegistry {
  public static void main(String[] arguments) {
    int count = Integer.parseInt(arguments[3]);
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", arguments[0]);
    settings.put("group.id", "java-" + UUID.randomUUID());
    settings.put("auto.offset.reset", "earliest");
    settings.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
    settings.put("value.deserializer", "io.apicurio.registry.serde.jsonschema.JsonSchemaKafkaDeserializer");
    settings.put("apicurio.registry.url", arguments[1]);
    settings.put("apicurio.registry.as-confluent", true);
    settings.put("apicurio.registry.use-id", "contentId");
    settings.put("apicurio.registry.deserializer.value.return-class", JsonNode.class.getName());
    Set<String> seen = new HashSet<>();
    try (KafkaConsumer<String, JsonNode> consumer = new KafkaConsumer<>(settings)) {
      consumer.subscribe(List.of(arguments[2].split(",")));
      long untilMs = System.currentTimeMillis() + 120_000;
      while (seen.size() < count) {
        for (ConsumerRecord<String, JsonNode> record : consumer.poll(Duration.ofSeconds(1))) {
          String id = record.value().get("id").asText();
          seen.add(id);
          System.out.println(id + " " + record.value().get("type").asText());
        }
        if (System.currentTimeMillis() > untilMs) {
          throw new IllegalStateException(seen.size() + " of " + count + " events came within two minutes");
        }
      }
    }
  }
}
