import { once } from "node:events";
import { createServer } from "node:net";

import type { Report } from "./finding.ts";

/** What `pagoda run` listens on when it is not told otherwise. */
export interface RunPorts {
  /** Clients begin here; brokers have the ports behind it. */
  readonly first: number;
  readonly admin: number;
}

const defaults: RunPorts = { first: 19_092, admin: 9_190 };
const host = "127.0.0.1";
/** Ports that are tried; a bigger cluster needs a range of its own anyway. */
const maxTried = 100;

/** Looks whether `pagoda run` could be started here: a port for clients, one for each broker, its admin. */
export async function checkPorts(brokers: number, report: Report, ports: RunPorts = defaults): Promise<void> {
  const { first, admin } = ports;
  const count = Math.min(brokers, maxTried) + 1;
  const range = Array.from({ length: count }, (_, index) => first + index);
  const wanted = [...range, admin];
  const isFree = await Promise.all(wanted.map((port) => canListen(port)));
  const taken = wanted.filter((_, index) => isFree[index] !== true);
  const about = { step: "ports", subject: "" } as const;
  if (taken.length === 0) {
    const message = `${first} to ${first + count - 1} and ${admin} are free for pagoda run`;
    report({ ...about, status: "ok", message });
    return;
  }
  const advice = `pagoda run needs others: --listen ${host}:29092${taken.includes(admin) ? ` --admin ${host}:9191` : ""}`;
  report({ ...about, status: "note", message: `in use here: ${taken.join(", ")}`, advice });
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
