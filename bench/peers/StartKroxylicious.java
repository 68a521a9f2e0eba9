import io.kroxylicious.proxy.KafkaProxy;
import io.kroxylicious.proxy.config.ConfigParser;
import io.kroxylicious.proxy.internal.config.Features;
import java.nio.file.Files;
import java.nio.file.Path;

/** Starts Kroxylicious from its runtime library, with the configuration file that is named. */
public class StartKroxylicious {
  public static void main(String[] args) throws Exception {
    var parser = new ConfigParser();
    var config = parser.parseConfiguration(Files.readString(Path.of(args[0])));
    try (var proxy = new KafkaProxy(parser, config, Features.defaultFeatures())) {
      proxy.startup();
      proxy.block();
    }
  }
}
