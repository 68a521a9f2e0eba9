import { Context, stack } from "@pagoda/core";
import type { Service } from "@pagoda/core";
import { defaultDetectors, detect } from "@pagoda/tcp";
import type { Connection, Detected } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";

import { firstBytes } from "../packages/tcp/test/golden/first-bytes.ts";
import type { Bench, BenchReport } from "./lib/bench.ts";
import { interleave } from "./lib/interleave.ts";
import type { Variant } from "./lib/interleave.ts";

const judgements = 200_000;
const connections = 2_000;

/** First bytes of each protocol, one real client each. */
const samples = ["kafka", "http", "tls"].map((protocol) => {
  const found = firstBytes.find((each) => each.protocol === protocol);
  if (found === undefined) throw new Error(`no first bytes of ${protocol}`);
  return { protocol, bytes: Buffer.from(found.hex, "hex") };
});

/** CPU nanoseconds for all detectors to decide on the first bytes of one connection. */
function judging(protocol: string, bytes: Uint8Array): Variant {
  const measure = (): number => {
    let matches = 0;
    const before = process.cpuUsage();
    for (let n = 0; n < judgements; n++) {
      for (const detector of defaultDetectors) if (detector.detect(bytes) === "match") matches += 1;
    }
    const { user, system } = process.cpuUsage(before);
    if (matches !== judgements) throw new Error(`${protocol}: ${matches} matches`);
    return ((user + system) * 1e3) / judgements;
  };
  return { name: protocol, measure };
}

/** CPU nanoseconds for one connection: made, its first bytes sent, passed down the stack, closed. */
function connecting(name: string, service: Service<Connection, void>, bytes: Uint8Array): Variant {
  const measure = async (): Promise<number> => {
    const before = process.cpuUsage();
    for (let n = 0; n < connections; n++) {
      const [client, server] = memoryConnections();
      client.stream.write(bytes);
      await service.call(server, Context.background());
      client.close("peer_closed");
      server.close("peer_closed");
      await server.closed;
    }
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1e3) / connections;
  };
  return { name, measure };
}

async function run(): Promise<BenchReport> {
  const ground = async (): Promise<void> => {};
  const bare = stack<Connection, void>().service(ground);
  const hinted = stack<Connection, void>()
    .push(detect({ hint: "kafka", onMismatch: "ignore" }))
    .service(ground);
  const peeking = stack<Connection, void>()
    .push(detect<Connection & Partial<Detected>, void>())
    .service(ground);
  const tables = [
    await interleave(
      samples.map(({ protocol, bytes }) => judging(protocol, bytes)),
      { title: "four detectors on one connection's first bytes", unit: "CPU ns", baseline: ["kafka"] },
    ),
    await interleave(
      [
        connecting("no detection", bare, samples[0]?.bytes ?? Buffer.alloc(0)),
        connecting("hint, believed", hinted, samples[0]?.bytes ?? Buffer.alloc(0)),
        ...samples.map(({ protocol, bytes }) => connecting(`peek: ${protocol}`, peeking, bytes)),
      ],
      {
        title: "one in-memory connection, opened, detected and closed",
        unit: "CPU ns per connection",
        baseline: ["no detection"],
      },
    ),
  ];
  return { tables, notes: [`${judgements} judgements and ${connections} connections a round`] };
}

export const bench: Bench = { about: "What it costs to find out what a connection speaks.", run };
