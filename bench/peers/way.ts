import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { Watched } from "../../scripts/kafka/watchdog.ts";
import type { Peer } from "../forward/peers.ts";
import { startNode } from "../lib/process.ts";

/** A way to the broker. */
export interface Way extends AsyncDisposable {
  readonly name: string;
  /** `HOST:PORT` */
  readonly bootstrap: string;
  /** Whether it rewrites addresses; what only carries bytes is all there is to connect to. */
  readonly readsKafka: boolean;
  /** The proxy's process; undefined where there is none. */
  readonly pid: number | undefined;
}

/** Why a peer cannot be measured here, in words that name it. */
export class PeerMissing extends Error {
  override readonly name = "PeerMissing";
}

const root = join(import.meta.dirname, "../..");

export function direct(bootstrap: string): Way {
  return {
    name: "direct",
    bootstrap,
    readsKafka: true,
    pid: undefined,
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Ten lines of Node that carry bytes. */
export async function nodePipe(port: number, watched: Watched): Promise<Way> {
  const running = await startNode(join(root, "bench/forward/pipe.ts"), [String(port)]);
  watched.add(running.pid);
  return { ...running, name: "Node pipe", bootstrap: `127.0.0.1:${running.port}`, readsKafka: false };
}

/** nginx or HAProxy, as the forward benchmark runs them. */
export async function bytesThrough(peer: Peer | string, port: number, watched: Watched): Promise<Way> {
  if (typeof peer === "string") throw new PeerMissing(peer);
  const running = await peer.start(port);
  watched.add(running.pid);
  return { ...running, name: peer.name, bootstrap: `127.0.0.1:${running.port}`, readsKafka: false };
}

/** The reference proxy, as its users run it. */
export async function pagoda(bootstrap: string, watched: Watched): Promise<Way> {
  const main = join(root, "packages/proxy/src/cli/main.ts");
  const flags = ["--bootstrap", bootstrap, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
  const child = spawn(process.execPath, ["--conditions=@pagoda/source", main, "run", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.pid !== undefined) watched.add(child.pid);
  const serving = Promise.withResolvers<string>();
  child.once("exit", (code) => serving.reject(new Error(`pagoda ended with ${code} before it was ready`)));
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text) as { readonly msg: string; readonly address?: string };
    if (line.msg === "serving") serving.resolve(line.address ?? "");
  });
  return {
    name: "Pagoda",
    bootstrap: await serving.promise,
    readsKafka: true,
    pid: child.pid,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
