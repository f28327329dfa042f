import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Handles each event of hubcast's topics once, in PostgreSQL, however often it comes and whenever this process dies: what is
 * remembered and what is done are one transaction, and Kafka's offset is committed after it.
 *
 * <pre>
 * mvn dependency:copy-dependencies -DoutputDirectory=jars
 * psql "$DATABASE_URL" -f ../schema.sql
 * KAFKA_BROKERS=localhost:9092 JDBC_URL=jdbc:postgresql://localhost/events java -cp 'jars/*' Consumer.java
 * </pre>
 */
class Consumer {
  static final ObjectMapper JSON = new ObjectMapper();

  static String setting(String name, String fallback) {
    return System.getenv().getOrDefault(name, fallback);
  }

  public static void main(String[] arguments) throws Exception {
    // Ends when nothing came for so long.
    double idleSeconds = Double.parseDouble(setting("IDLE_SECONDS", "Infinity"));
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", setting("KAFKA_BROKERS", "localhost:9092"),
            "group.id", setting("GROUP_ID", "hubcast-postgres-java"),
            "auto.offset.reset", "earliest",
            "enable.auto.commit", "false");
    try (Connection database = DriverManager.getConnection(setting("JDBC_URL", "jdbc:postgresql://localhost/events"));
        PreparedStatement handle = database.prepareStatement("SELECT handle_event(?::json)");
        KafkaConsumer<String, String> consumer =
            new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      Thread main = Thread.currentThread();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(consumer, main)));
      // All but the captured requests.
      consumer.subscribe(Pattern.compile("^" + Pattern.quote(setting("TOPIC_PREFIX", "whatsapp")) + "\\.(?!raw$).*"));
      long lastMs = System.currentTimeMillis();
      while (System.currentTimeMillis() - lastMs < idleSeconds * 1_000) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) {
          lastMs = System.currentTimeMillis();
          handle(record, handle);
        }
        consumer.commitSync();
      }
    } catch (WakeupException stopped) {
      // SIGTERM or Ctrl-C. Offsets of what was handled since the last commit come again, and are known.
    }
  }

  static void stop(KafkaConsumer<String, String> consumer, Thread main) {
    consumer.wakeup();
    try {
      main.join(5_000);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  static void handle(ConsumerRecord<String, String> record, PreparedStatement handle) throws SQLException {
    if (record.value() == null) return; // a tombstone of a compacted topic
    JsonNode event;
    try {
      event = JSON.readTree(record.value());
    } catch (JsonProcessingException noJson) {
      event = JSON.missingNode();
    }
    if (!event.hasNonNull("id") || !event.hasNonNull("app")) {
      // Whatever else is in a topic must not stop the rest.
      System.err.printf("%s/%d@%d: no event%n", record.topic(), record.partition(), record.offset());
      return;
    }
    // The value as it came: PostgreSQL keeps every digit of it. One statement is one transaction.
    handle.setString(1, record.value());
    try (ResultSet answer = handle.executeQuery()) {
      answer.next();
      String again = answer.getBoolean(1) ? "" : "again ";
      System.out.println(again + event.get("id").asText() + " " + event.get("type").asText());
    }
  }
}
