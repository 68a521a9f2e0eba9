import { createServer } from "node:net";

/** Where something listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, as Kafka and its clients write it. */
export function formatAddress({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

// Below what Linux and macOS hand out for outgoing connections, so that no stranger's connection
// takes a port between our looking at it and a broker's binding it.
const lowest = 20_000;
const highest = 32_000;
const maxAttempts = 1_000;

const given = new Set<number>();

/** A port that nobody listens on now and that this process gave to nobody before. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(host, port)) return port;
  }
  throw new Error(`found no free port in ${maxAttempts} attempts`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
