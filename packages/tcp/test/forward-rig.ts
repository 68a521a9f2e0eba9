import type { Duplex } from "node:stream";

import { Context } from "@pagoda/core";
import { afterEach } from "vitest";

import type { Connection } from "../src/connection.ts";
import { forward } from "../src/forward.ts";
import type { ForwardOptions, ForwardResult } from "../src/forward.ts";
import { memoryConnections } from "../src/testing/memory-connections.ts";
import { socketConnections } from "../src/testing/socket-connections.ts";

interface Rig {
  /** Ends that a client and a server of the proxy hold. */
  readonly client: Duplex;
  readonly server: Duplex;
  /** Ends that the proxy holds. */
  readonly downstream: Connection;
  readonly upstream: Connection;
  readonly cx: Context;
  readonly start: (options?: ForwardOptions) => Promise<ForwardResult>;
}

/** How `forward` may read: each is to behave the same. */
export const kinds = [
  { kind: "sockets, reusing buffers", pair: socketConnections, reuseBuffers: true, fast: true },
  { kind: "sockets, by data events", pair: socketConnections, reuseBuffers: false, fast: true },
  { kind: "memory", pair: async () => memoryConnections(), reuseBuffers: true, fast: false },
] as const;

/** Two pairs of connections for each test of a `describe`, closed behind it. */
export function rigs({ pair, reuseBuffers }: Omit<(typeof kinds)[number], "kind">): () => Promise<Rig> {
  const opened: Connection[] = [];

  afterEach(async () => {
    for (const connection of opened) connection.close("drain");
    await Promise.all(opened.map(({ closed }) => closed));
    opened.length = 0;
  });

  return async () => {
    const [client, downstream] = await pair();
    const [upstream, server] = await pair();
    opened.push(client, downstream, upstream, server);
    const cx = Context.background().fork();
    return {
      client: client.stream,
      server: server.stream,
      downstream,
      upstream,
      cx,
      start: (options) => forward(downstream, upstream, { reuseBuffers, ...options }, cx),
    };
  };
}
