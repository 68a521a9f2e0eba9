import { Duplex } from "node:stream";

import { Context, stack } from "@pagoda/core";
import type { Service } from "@pagoda/core";
import { detect } from "@pagoda/tcp";

import { firstBytes } from "../packages/tcp/test/golden/first-bytes.ts";
import { compare } from "./forward/compare.ts";
import { nodeSubject, surroundings } from "./forward/subject.ts";
import type { Figure } from "./forward/subject.ts";
import type { Bench, BenchReport } from "./lib/bench.ts";
import { interleave } from "./lib/interleave.ts";
import type { Variant } from "./lib/interleave.ts";
import { cpuSeconds } from "./lib/process.ts";

/** What {@link detect} reads of a connection. */
interface Stub {
  readonly stream: Duplex;
  readonly close: () => void;
}

const connections = 5_000;
const cx = Context.background();

/** A stream to which the first bytes have come already: the cost is ours, not the network's. */
function arrived(bytes: Buffer): Stub {
  const stream = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  stream.push(bytes);
  return { stream, close: () => stream.destroy() };
}

/** The one who takes the bytes in the end. */
async function take({ stream }: Stub): Promise<number> {
  return (stream.read() as Buffer).length;
}

function microseconds(name: string, service: Service<Stub, number>, bytes: Buffer): Variant {
  return {
    name,
    measure: async () => {
      const startedMs = performance.now();
      for (let n = 0; n < connections; n++) {
        if ((await service.call(arrived(bytes), cx)) !== bytes.length) throw new Error(`${name}: bytes lost`);
      }
      return ((performance.now() - startedMs) * 1_000) / connections;
    },
  };
}

function bytesOf(protocol: string): Buffer {
  const first = firstBytes.find((each) => each.protocol === protocol);
  if (first === undefined) throw new Error(`no first bytes of ${protocol}`);
  return Buffer.from(first.hex, "hex");
}

const kafka = bytesOf("kafka");

/** Whole connections through a proxy: what detection adds to all that a connection costs. */
const wholeConnections: Figure = {
  title: "Whole connections of one exchange through a proxy, eight at a time",
  unit: "CPU s per 1,000 connections",
  load: {
    kind: "churn",
    port: 0,
    connections: 500,
    atOnce: 8,
    firstBytes: kafka.toString("hex"),
  },
  read: cpuSeconds,
  of: (before, after) => (after - before) / 0.5,
};

/** What finding out the protocol costs each connection. */
export const bench: Bench = {
  about: "microseconds that detection adds to a connection, and its share of a whole one",
  run: async (): Promise<BenchReport> => {
    const detecting = stack<Stub, number>().push(detect()).service(take);
    const hinted = stack<Stub, number>()
      .push(detect({ hint: "kafka" }))
      .service(take);
    const opaque = stack<Stub, number>()
      .push(detect({ hint: "opaque" }))
      .service(take);
    const protocols = [...new Set(firstBytes.map(({ protocol }) => protocol))];
    const alone = await interleave(
      [
        microseconds("no detection", stack<Stub, number>().service(take), kafka),
        microseconds("hint opaque", opaque, kafka),
        microseconds("hint kafka, checked", hinted, kafka),
        ...protocols.map((protocol) => microseconds(protocol, detecting, bytesOf(protocol))),
      ],
      {
        title: "First bytes that are there already, by what they are",
        unit: "µs per connection",
        baseline: ["no detection"],
        rounds: 11,
        warmups: 3,
      },
    );
    await using around = await surroundings();
    const whole = await compare(
      wholeConnections,
      [
        nodeSubject("Pagoda forward", "pagoda.ts"),
        nodeSubject("Pagoda forward, detecting", "pagoda.ts", "detect"),
        nodeSubject("Node pipe", "pipe.ts"),
      ],
      around,
      { baseline: ["Pagoda forward"], rounds: 21 },
    );
    return { tables: [alone, whole], notes: [] };
  },
};
