import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.CloudEventDeserializer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Reads records.jsonl by the CloudEvents SDK of Java. */
class CloudEventsReader {
  public static void main(String[] arguments) throws Exception {
    ObjectMapper json = new ObjectMapper();
    try (CloudEventDeserializer deserializer = new CloudEventDeserializer()) {
      for (String line : Files.readAllLines(Path.of("records.jsonl"))) {
        JsonNode record = json.readTree(line);
        RecordHeaders headers = new RecordHeaders();
        record
            .get("headers")
            .fields()
            .forEachRemaining(
                header -> headers.add(header.getKey(), header.getValue().asText().getBytes(StandardCharsets.UTF_8)));
        byte[] value = record.get("value").asText().getBytes(StandardCharsets.UTF_8);
        CloudEvent event = deserializer.deserialize("topic", headers, value);
        String subject = event.getSubject() == null ? "" : event.getSubject();
        System.out.println(String.join("\t", event.getId(), event.getType(), event.getSource().toString(), subject));
      }
    }
  }
}
