import type { TrafficView } from "@pagoda/traffic/view";

import { traffic } from "./traffic-view.ts";

/** With what a hostile client would call itself. */
export const hostileName = "evil\x1b[2J\x1b]0;owned\x07\nroot  100%\u202e\x9b31m\u{e0001}";
export const hostile: TrafficView = {
  ...traffic,
  clients: traffic.clients
    .slice(0, 1)
    .map((row) => ({ ...row, client: hostileName, software: [hostileName] })),
  topics: traffic.topics.slice(0, 1).map((row) => ({ ...row, topic: hostileName, producers: [hostileName] })),
  groups: traffic.groups.map((row) => ({ ...row, group: hostileName, ambiguous: hostileName })),
  edges: traffic.edges.map((row) => ({ ...row, source: { ...row.source, name: hostileName } })),
  problems: traffic.problems.map((row) => ({
    ...row,
    subject: { ...row.subject, name: hostileName },
    summary: hostileName,
  })),
};
