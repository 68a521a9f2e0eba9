import type { Increase } from "../history/change.ts";
import type { ClientState } from "../state/state.ts";
import { isFolded, minuteMs } from "./detector.ts";
import type { Detector } from "./detector.ts";

/** What a client did within a minute at most. */
export interface ClientMinute {
  readonly client: ClientState;
  readonly more: Increase<"client">;
  /** Of the minute that there really was; 0 where nothing is known. */
  readonly seconds: number;
  /** Connections that it had: those that are open, or were opened; at least 1. */
  readonly connections: number;
}

/** A detector that looks at each client that asked anything; `summarize` says what is wrong, or nothing. */
export function clientDetector({
  summarize,
  ...rest
}: Pick<Detector, "kind" | "severity" | "advice"> & {
  readonly summarize: (minute: ClientMinute) => string | undefined;
}): Detector {
  return {
    ...rest,
    overMs: minuteMs,
    find: (change) =>
      change.activeClients.flatMap(({ client, more }) => {
        if (isFolded(client.client)) return [];
        const connections = Math.max(client.connections, more.opened, 1);
        const summary = summarize({ client, more, seconds: change.seconds, connections });
        if (summary === undefined) return [];
        return [{ listener: client.listener, subject: { kind: "client", name: client.client }, summary }];
      }),
  };
}
