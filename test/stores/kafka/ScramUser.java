import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/** Gives a user a SCRAM password. Arguments: brokers, user, password, and settings as name=value. Logs in as security.test.ts does, unless they say otherwise. */
class ScramUser {
  public static void main(String[] arguments) throws Exception {
    String module = "org.apache.kafka.common.security.plain.PlainLoginModule required";
    Map<String, Object> settings = new HashMap<>(Map.of(
        "bootstrap.servers", arguments[0],
        "security.protocol", "SASL_PLAINTEXT",
        "sasl.mechanism", "PLAIN",
        "sasl.jaas.config", module + " username=\"hubcast\" password=\"secret\";"));
    for (int at = 3; at < arguments.length; at++) {
      String[] setting = arguments[at].split("=", 2);
      settings.put(setting[0], setting[1]);
    }
    try (Admin admin = Admin.create(settings)) {
      for (ScramMechanism mechanism : List.of(ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)) {
        UserScramCredentialAlteration password = new UserScramCredentialUpsertion(
            arguments[1], new ScramCredentialInfo(mechanism, 4096), arguments[2]);
        admin.alterUserScramCredentials(List.of(password)).all().get();
      }
    }
  }
}
