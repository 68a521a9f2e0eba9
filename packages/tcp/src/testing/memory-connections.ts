import { memoryDuplex } from "@pagoda/core/testing";
import type { MemoryDuplexOptions } from "@pagoda/core/testing";

import { Connection } from "../connection.ts";
import type { Endpoint } from "../connection.ts";

export interface MemoryConnectionsOptions extends MemoryDuplexOptions {
  /** @default 192.0.2.1:50000 (RFC 5737, an address for documents) */
  readonly client?: Endpoint;
  /** @default 192.0.2.2:9092 */
  readonly server?: Endpoint;
  /** The `listener` of both. @default "memory" */
  readonly listener?: string;
}

/**
 * The two ends of a connection without a network: the client's and the server's. They half-close,
 * reset and push back as `memoryDuplex` of `@pagoda/core/testing` does.
 */
export function memoryConnections(options: MemoryConnectionsOptions = {}): [Connection, Connection] {
  const client = options.client ?? { host: "192.0.2.1", port: 50_000 };
  const server = options.server ?? { host: "192.0.2.2", port: 9_092 };
  const listener = options.listener ?? "memory";
  const [left, right] = memoryDuplex(options);
  return [
    new Connection(left, { local: client, remote: server, listener }),
    new Connection(right, { local: server, remote: client, listener }),
  ];
}
