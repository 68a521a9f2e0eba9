import type { TrafficView } from "@pagoda/traffic/view";

import { hrefOf } from "./route.ts";

/** Something with a name that somebody may look for. */
export interface Found {
  readonly kind: "topic" | "client" | "group" | "broker" | "error";
  readonly name: string;
  readonly href: string;
}

/** Found names that are listed. */
const maxFound = 30;

/** Names that hold the text in any case; those that begin with it come first. */
export function search(view: TrafficView, text: string): readonly Found[] {
  const wanted = text.trim().toLowerCase();
  const place = ({ name }: Found): number => name.toLowerCase().indexOf(wanted);
  return everything(view)
    .filter((found) => place(found) !== -1)
    .toSorted((a, b) => Math.min(1, place(a)) - Math.min(1, place(b)) || a.name.localeCompare(b.name))
    .slice(0, maxFound);
}

function everything({ topics, clients, groups, brokers, apis }: TrafficView): readonly Found[] {
  const errors = new Set([...apis, ...topics].flatMap((row) => row.errors.map(({ error }) => error)));
  return [
    ...topics.map(({ listener, topic }): Found => {
      return { kind: "topic", name: topic, href: hrefOf("topics", [listener, topic]) };
    }),
    ...clients.map(({ listener, client }): Found => {
      return { kind: "client", name: client, href: hrefOf("clients", [listener, client]) };
    }),
    ...groups.map(({ listener, group }): Found => {
      return { kind: "group", name: group, href: hrefOf("groups", [listener, group]) };
    }),
    ...brokers.map(({ listener, nodeId }): Found => {
      return { kind: "broker", name: nodeId, href: hrefOf("brokers", [listener, nodeId]) };
    }),
    ...Array.from(errors, (error): Found => {
      return { kind: "error", name: error, href: hrefOf("tap", [], { error }) };
    }),
  ];
}
