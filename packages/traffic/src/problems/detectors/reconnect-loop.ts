import { clientDetector } from "../client-detector.ts";
import type { Detector } from "../detector.ts";
import { count, duration } from "../figures.ts";
import { thresholds } from "../thresholds.ts";

const { openedFrom, openedPerConnectionFrom } = thresholds.reconnectLoop;

export const reconnectLoop: Detector = clientDetector({
  kind: "reconnect-loop",
  severity: "critical",
  advice:
    "Keep one client for the life of the process. If it is not made anew each time, its log says why connections end: a login that fails, an address that it cannot reach, a timeout that is too short.",
  summarize({ client, more, seconds }) {
    const loop =
      more.opened >= openedFrom && more.opened >= openedPerConnectionFrom * Math.max(client.connections, 1);
    if (!loop) return undefined;
    return `${count(more.opened)} connections opened in ${duration(seconds * 1_000)}, ${count(client.connections)} open`;
  },
});
