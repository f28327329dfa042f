import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Base64;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/**
 * The partition that Kafka's own producer chooses for each key: keys in base64, one a line, on stdin; the partition
 * count as argument; one number a line on stdout. Run by java-partitions.ts from source, without a build.
 */
class Partitions {
    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[0]);
        BufferedReader keys = new BufferedReader(new InputStreamReader(System.in));
        StringBuilder answer = new StringBuilder();
        for (String line = keys.readLine(); line != null; line = keys.readLine()) {
            byte[] key = Base64.getDecoder().decode(line);
            answer.append(BuiltInPartitioner.partitionForKey(key, count)).append('\n');
        }
        System.out.print(answer);
    }
}
