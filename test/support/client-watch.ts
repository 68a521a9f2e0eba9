import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { pipeline } from "node:stream/promises";

import { formatAddress } from "../../scripts/kafka/ports.ts";
import type { Address } from "../../scripts/kafka/ports.ts";

/** An address that should not have been sent. */
export interface Sighting {
  /** As in `kafka-1:9092`. */
  readonly address: string;
  /** As a host field with a port after it, or in the middle of some text. */
  readonly as: "fields" | "text";
  /** The port that the client came to. */
  readonly port: number;
}

/** TCP pipes between clients and what serves them. Its end is theirs. */
export interface ClientWatch extends AsyncDisposable {
  /** What clients were sent so far. */
  readonly sentBytes: number;
  /** Every place in what clients were sent where a forbidden address stood. */
  readonly sightings: readonly Sighting[];
}

export interface ClientWatchOptions {
  /** The address that clients come to. */
  readonly host: string;
  /** The ports of it. */
  readonly ports: readonly number[];
  /** Whoever serves them, at the same ports. */
  readonly servedBy: string;
  /** What no client may be sent. */
  readonly forbidden: readonly Address[];
}

interface Needle {
  readonly bytes: Buffer;
  readonly sighting: Pick<Sighting, "address" | "as">;
}

/**
 * Passes on what comes to `host`, and looks for addresses in every byte that goes back to clients,
 * however the bytes are cut.
 */
export async function watchClients(options: ClientWatchOptions): Promise<ClientWatch> {
  const needles = options.forbidden.flatMap(needlesOf);
  const overlapBytes = Math.max(0, ...needles.map(({ bytes }) => bytes.length - 1));
  const sightings: Sighting[] = [];
  const open = new Set<Socket>();
  let sentBytes = 0;

  function searchIn(socket: Socket, port: number): void {
    let tail: Buffer = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      sentBytes += chunk.length;
      const bytes = Buffer.concat([tail, chunk]);
      for (const { bytes: needle, sighting } of needles) {
        for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) {
          // What lies wholly in the tail was seen with the chunk before.
          if (at + needle.length > tail.length) sightings.push({ ...sighting, port });
        }
      }
      tail = bytes.subarray(Math.max(0, bytes.length - overlapBytes));
    });
  }

  const servers: Server[] = [];
  for (const port of options.ports) {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const upstream = connect({ host: options.servedBy, port, allowHalfOpen: true, noDelay: true });
      for (const socket of [client, upstream]) {
        open.add(socket);
        socket.once("close", () => open.delete(socket));
      }
      searchIn(upstream, port);
      // Either side may go as it likes: what was sent until then counts.
      pipeline(client, upstream, client).catch(() => {});
    });
    server.listen(port, options.host);
    servers.push(server);
  }
  const close = async (): Promise<void> => {
    for (const server of servers) server.close();
    for (const socket of open) socket.destroy();
  };
  try {
    await Promise.all(servers.map((server) => once(server, "listening")));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    get sentBytes() {
      return sentBytes;
    },
    sightings,
    [Symbol.asyncDispose]: close,
  };
}

/** The forms of an address in Kafka's protocol: a host and an int32 or uint16 after it, and text. */
function needlesOf(address: Address): Needle[] {
  const text = formatAddress(address);
  const host = Buffer.from(address.host);
  const port = Buffer.alloc(4);
  port.writeInt32BE(address.port);
  return [
    { bytes: Buffer.concat([host, port]), sighting: { address: text, as: "fields" } },
    { bytes: Buffer.concat([host, port.subarray(2)]), sighting: { address: text, as: "fields" } },
    { bytes: Buffer.from(text), sighting: { address: text, as: "text" } },
  ];
}
