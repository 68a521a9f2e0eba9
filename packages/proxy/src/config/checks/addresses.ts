import type { ConfigSource } from "../schema/config.ts";
import type { ListenerSource } from "../schema/listener.ts";
import type { Path } from "../source/node.ts";
import type { Finding } from "./report.ts";

/** How clients tell brokers apart: each way needs some keys, and cannot use others. */
export function* checkAddresses({ listeners = [] }: ConfigSource): Iterable<Finding> {
  for (const [index, listener] of listeners.entries()) {
    if (listener.advertise === undefined) continue;
    const path: Path = ["listeners", index, "advertise"];
    if (listener.advertise.mode === "names") yield* byName(listener, path);
    else if (listener.advertise.nodeNames !== undefined) {
      yield {
        path: [...path, "nodeNames"],
        message: "needs mode: names",
        hint: `mode is ${listener.advertise.mode ?? "ports"}`,
        atKey: true,
      };
    }
  }
  yield* sharedStateFiles(listeners);
}

function* byName({ advertise, tls }: ListenerSource, path: Path): Iterable<Finding> {
  const mode: Path = [...path, "mode"];
  for (const key of ["host", "nodeNames"] as const) {
    if (advertise?.[key] !== undefined) continue;
    const hint = key === "host" ? "host: kafka.example.com" : 'nodeNames: "broker-{node}.kafka.example.com"';
    yield { path: mode, message: `names needs ${key} beside it`, hint };
  }
  if (tls === undefined) {
    yield { path: mode, message: "names needs tls of the listener", hint: "names are told apart by SNI" };
  } else if (tls.mode === "optional") {
    yield {
      path: [...path.slice(0, -1), "tls", "mode"],
      message: "must be required where brokers have names",
      hint: "clients in plain text do not say which broker they want",
    };
  }
  if (advertise?.slots !== undefined) {
    yield {
      path: [...path, "slots"],
      message: "has no meaning with mode: names",
      hint: "every node id has a name",
      atKey: true,
    };
  }
}

function* sharedStateFiles(listeners: readonly ListenerSource[]): Iterable<Finding> {
  const owners = new Map<string, number>();
  for (const [index, { advertise }] of listeners.entries()) {
    const file = advertise?.stateFile;
    if (file === undefined) continue;
    const other = owners.get(file);
    if (other === undefined) owners.set(file, index);
    else {
      yield {
        path: ["listeners", index, "advertise", "stateFile"],
        message: `listeners[${other}] writes this file too`,
      };
    }
  }
}
