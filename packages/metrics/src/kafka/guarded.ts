import { ProtocolError } from "@pagoda/kafka/protocol";

/**
 * For what counting throws: a message that cannot be read is told of, anything else is a process
 * warning with the code PAGODA_METRICS, once. What counts must not be able to break what it counts.
 */
export function guarded(onUnreadable: (error: ProtocolError) => void): (error: unknown) => void {
  return (error) => {
    if (error instanceof ProtocolError) {
      onUnreadable(error);
      return;
    }
    if (warned) return;
    warned = true;
    const detail = error instanceof Error && error.stack !== undefined ? { detail: error.stack } : {};
    process.emitWarning(`counting a Kafka request failed, and may do so again unreported: ${String(error)}`, {
      type: "PagodaWarning",
      code: "PAGODA_METRICS",
      ...detail,
    });
  };
}

let warned = false;
