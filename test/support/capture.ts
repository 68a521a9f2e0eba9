import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";

import type { Address } from "../../scripts/kafka/ports.ts";

/** Bytes as they came from one side. */
export interface Segment {
  readonly from: "client" | "server";
  readonly bytes: Uint8Array;
}

/** Everything that went over one connection, in the order in which it came by. */
export interface CapturedConnection {
  /** Whose it is: the name that {@link Capture.of} was given. */
  readonly client: string;
  readonly segments: readonly Segment[];
}

/** A TCP pipe that keeps what goes through it. */
export interface Capture {
  readonly connections: readonly CapturedConnection[];
  /** Does `work`, and puts `client` down as the owner of the connections that it opens. */
  of(client: string, work: () => Promise<void>): Promise<void>;
  /** Ends it, and every connection. @throws {Error} if there was more to keep than allowed. */
  close(): Promise<void>;
}

export interface CaptureOptions {
  readonly listen: Address;
  readonly upstream: Address;
  /** Largest number of bytes kept of all connections. One byte more ends them. @default 67108864 (64 MiB) */
  readonly maxBytes?: number;
}

/** Listens, connects each client to `upstream`, and keeps the bytes of both directions. */
export async function startCapture(options: CaptureOptions): Promise<Capture> {
  const { listen, upstream, maxBytes = 67_108_864 } = options;
  const connections: CapturedConnection[] = [];
  const open = new Set<Socket>();
  let owner = "nobody";
  let keptBytes = 0;
  let failure: Error | undefined;

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const broker = connect({ ...upstream, allowHalfOpen: true });
    const segments: Segment[] = [];
    connections.push({ client: owner, segments });
    const keep = (from: Segment["from"], socket: Socket): void => {
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      socket.on("data", (bytes: Buffer) => {
        keptBytes += bytes.length;
        if (keptBytes <= maxBytes) {
          segments.push({ from, bytes });
          return;
        }
        failure = new Error(`more than ${maxBytes} bytes to capture`);
        for (const each of open) each.destroy();
      });
    };
    keep("client", client);
    keep("server", broker);
    // A client may go as it likes; what it said until then counts.
    pipeline(client, broker, client).catch(() => {});
  });
  server.listen(listen.port, listen.host);
  await once(server, "listening");

  return {
    connections,
    of: async (client, work) => {
      owner = client;
      try {
        await work();
      } finally {
        owner = "nobody";
      }
    },
    close: async () => {
      server.close();
      for (const socket of open) socket.destroy();
      if (failure !== undefined) throw failure;
    },
  };
}
