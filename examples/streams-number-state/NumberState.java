import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The current state of each phone number, as a table of Kafka Streams over hubcast's compacted topic. Prints each change.
 *
 * <pre>
 * mvn dependency:copy-dependencies -DoutputDirectory=jars
 * KAFKA_BROKERS=localhost:9092 java -cp 'jars/*' NumberState.java
 * </pre>
 */
class NumberState {
  static final ObjectMapper JSON = new ObjectMapper();

  static String setting(String name, String fallback) {
    return System.getenv().getOrDefault(name, fallback);
  }

  public static void main(String[] arguments) throws InterruptedException {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, setting("APPLICATION_ID", "hubcast-number-state"));
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, setting("KAFKA_BROKERS", "localhost:9092"));
    settings.put(StreamsConfig.STATE_DIR_CONFIG, setting("STATE_DIR", "state"));
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");

    StreamsBuilder builder = new StreamsBuilder();
    builder.table(
            setting("TOPIC_PREFIX", "whatsapp") + ".phone-number-state",
            Consumed.with(Serdes.String(), Serdes.String()),
            Materialized.<String, String, KeyValueStore<Bytes, byte[]>>as("number-state"))
        .toStream()
        .foreach(NumberState::print);

    CountDownLatch stopped = new CountDownLatch(1);
    try (KafkaStreams streams = new KafkaStreams(builder.build(), settings)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> {
        streams.close();
        stopped.countDown();
      }));
      streams.start();
      stopped.await();
    }
  }

  /** A number that was removed has a tombstone: the table has no row for it any more. */
  static void print(String key, String value) {
    if (value == null) {
      System.out.println(key + " gone");
      return;
    }
    try {
      JsonNode event = JSON.readTree(value);
      // The topic also has the list of the numbers that are known.
      if (!event.path("type").asText().equals("whatsapp.phone_number.state")) return;
      JsonNode state = event.path("data").path("state");
      System.out.printf(
          "%s %s %s %s%n",
          key, event.path("subject").asText(), state.path("quality_rating").asText(), state.path("status").asText());
    } catch (JsonProcessingException noJson) {
      System.err.println(key + ": no event");
    }
  }
}
