import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Prints what is wrong with each event: nothing where all are valid. Arguments: the schema, a file with an event a line. */
class ValidateEvents {
  public static void main(String[] arguments) throws Exception {
    SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7);
    Schema schema = registry.getSchema(Files.readString(Path.of(arguments[0])), InputFormat.JSON);
    for (String line : Files.readAllLines(Path.of(arguments[1]))) {
      List<Error> errors = schema.validate(line, InputFormat.JSON);
      if (!errors.isEmpty()) System.out.println(line.substring(0, 200) + ": " + errors);
    }
  }
}
