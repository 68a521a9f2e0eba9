import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;

/**
 * Prints error-codes.tsv: code, name and whether Kafka's Java client retries it.
 *
 *     java -cp kafka-clients.jar:slf4j-api.jar ErrorCodes.java > error-codes.tsv
 */
public class ErrorCodes {
  public static void main(String[] args) {
    for (Errors error : Errors.values()) {
      boolean retriable = error.exception() instanceof RetriableException;
      System.out.println(error.code() + "\t" + error.name() + "\t" + retriable);
    }
  }
}
