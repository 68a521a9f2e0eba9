import { join } from "node:path";

import { startNode } from "../lib/process.ts";
import type { Running } from "../lib/process.ts";
import type { Load, LoadResult } from "./load.ts";

/** A byte proxy that is measured. */
export interface Subject {
  readonly name: string;
  readonly start: (upstreamPort: number) => Promise<Running>;
}

/** One of the proxies in this folder. */
export function nodeSubject(name: string, program: string, ...options: readonly string[]): Subject {
  return { name, start: (port) => startNode(join(import.meta.dirname, program), [String(port), ...options]) };
}

/** One figure: the load of a round, and what the round says of the proxy. */
export interface Figure {
  readonly title: string;
  readonly unit: string;
  readonly load: Load;
  /** Read of the proxy's process before a round, and after it. */
  readonly read: (pid: number) => number;
  readonly of: (before: number, after: number) => number;
  /**
   * Measured on a proxy begun for each round, which takes the load so many times before it is read.
   * @default one proxy for all rounds
   */
  readonly freshTimes?: number;
}

/** Client and upstream, in processes of their own. */
export interface Surroundings extends AsyncDisposable {
  readonly upstreamPort: number;
  /** Runs a round of the load against the proxy. */
  readonly measure: (proxy: Running, figure: Figure) => Promise<number>;
}

export async function surroundings(): Promise<Surroundings> {
  const upstream = await startNode(join(import.meta.dirname, "upstream.ts"));
  const client = await startNode(join(import.meta.dirname, "load.ts"));
  return {
    upstreamPort: upstream.port,
    measure: async (proxy, { load, read, of, freshTimes = 1 }) => {
      const before = read(proxy.pid);
      for (let n = 0; n < freshTimes; n++) {
        const { failure } = (await client.ask({ ...load, port: proxy.port })) as LoadResult;
        if (failure !== undefined) throw new Error(failure);
      }
      return of(before, read(proxy.pid));
    },
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}
