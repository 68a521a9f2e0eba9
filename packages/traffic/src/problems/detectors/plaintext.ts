import { minuteMs } from "../detector.ts";
import type { Detector } from "../detector.ts";
import { many } from "../figures.ts";

/** Connections of this machine to itself are nobody's to read. */
export const plaintext: Detector = {
  kind: "plaintext",
  severity: "warning",
  advice:
    "Anybody on the way can read and change what is sent, passwords of SASL PLAIN too. Give the listener a certificate (tls), or bind it to 127.0.0.1.",
  overMs: minuteMs,
  find: (change) =>
    change.state.listeners
      .filter(
        (listener) =>
          listener.plaintextRemote > 0 &&
          (listener.connections > 0 || change.of("listener", listener).plaintextRemote > 0),
      )
      .map(({ listener, plaintextRemote }) => ({
        listener,
        subject: { kind: "listener", name: listener },
        summary: `${many(plaintextRemote, "connection")} from other machines without TLS since the start`,
      })),
};
