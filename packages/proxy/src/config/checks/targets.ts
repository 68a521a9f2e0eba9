import { suggestion } from "../../text/suggestion.ts";
import type { ConfigSource } from "../schema/config.ts";
import type { ListenerSource } from "../schema/listener.ts";
import type { Path } from "../source/node.ts";
import type { Finding } from "./report.ts";

/** Every listener has a name of its own, and exactly one thing that it stands before. */
export function* checkTargets(source: ConfigSource): Iterable<Finding> {
  const { clusters = {}, listeners } = source;
  const names = Object.keys(clusters);
  if (listeners === undefined) {
    if (names.length === 0) {
      yield {
        path: [],
        message: "there is nothing to serve",
        hint: "give clusters, or listeners with an upstream",
      };
    }
    if (names.length > 1) {
      yield {
        path: ["clusters"],
        message: "several clusters need listeners that say which is theirs",
        hint: "listeners: [{ bind: ..., cluster: ... }, ...]",
        atKey: true,
      };
    }
    return;
  }
  const seen = new Map<string, number>();
  for (const [index, listener] of listeners.entries()) {
    const path: Path = ["listeners", index];
    yield* checkName(listener, path, seen, listeners.length > 1);
    yield* listener.upstream === undefined
      ? beforeCluster(listener, path, names)
      : beforeService(listener, path);
    if (listener.bind === undefined && (index > 0 || listener.upstream !== undefined)) {
      yield { path: [...path, "bind"], message: "is missing", hint: "bind must be HOST:PORT" };
    }
  }
}

function* checkName(
  { name }: ListenerSource,
  path: Path,
  seen: Map<string, number>,
  several: boolean,
): Iterable<Finding> {
  if (name === undefined) {
    if (several) {
      yield {
        path: [...path, "name"],
        message: "is missing",
        hint: "where there are several listeners each has a name",
      };
    }
    return;
  }
  const other = seen.get(name);
  if (other !== undefined) {
    yield {
      path: [...path, "name"],
      message: `listeners[${other}] has the name ${JSON.stringify(name)} too`,
    };
  }
  seen.set(name, seen.get(name) ?? Number(path.at(-1)));
}

function* beforeCluster(listener: ListenerSource, path: Path, names: readonly string[]): Iterable<Finding> {
  const { cluster } = listener;
  if (cluster !== undefined && !names.includes(cluster)) {
    yield {
      path: [...path, "cluster"],
      message: `unknown cluster ${JSON.stringify(cluster)}${suggestion(cluster, names, "")}`,
      hint: names.length === 0 ? "clusters has none" : `clusters: ${names.join(", ")}`,
    };
  }
  if (cluster === undefined && names.length !== 1) {
    const which = names.length === 0 ? "" : `one of ${names.join(", ")}`;
    yield {
      path,
      message: "needs cluster, or upstream",
      hint: names.length === 0 ? "clusters has none that it could stand before" : `cluster: ${which}`,
    };
  }
  for (const key of ["upstreamTls", "connectTimeout"] as const) {
    if (listener[key] === undefined) continue;
    const own = key === "upstreamTls" ? "tls" : key;
    const hint = `clusters.${cluster ?? "NAME"}.${own} says it for brokers`;
    yield { path: [...path, key], message: "belongs to an upstream", hint, atKey: true };
  }
  if (listener.protocol === "http" || listener.protocol === "opaque") {
    yield {
      path: [...path, "protocol"],
      message: `must be kafka or detect before a cluster, got ${JSON.stringify(listener.protocol)}`,
    };
  }
}

function* beforeService(listener: ListenerSource, path: Path): Iterable<Finding> {
  if (listener.cluster !== undefined) {
    yield { path: [...path, "upstream"], message: "cluster and upstream exclude each other", atKey: true };
  }
  for (const key of ["advertise", "unknownApis"] as const) {
    if (listener[key] === undefined || listener.cluster !== undefined) continue;
    yield {
      path: [...path, key],
      message: "belongs to a cluster",
      hint: "an upstream is one service",
      atKey: true,
    };
  }
}
