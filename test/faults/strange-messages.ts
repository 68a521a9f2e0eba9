// Messages that are real, and messages that are nearly so.

import { apiOfKey } from "@pagoda/kafka/protocol";

import { mutate } from "../../packages/kafka/test/fuzz/mutate.ts";
import type { Random } from "../../packages/kafka/test/fuzz/random.ts";
import { seeds } from "../../packages/kafka/test/fuzz/targets.ts";
import { inRange } from "../../packages/kafka/src/protocol/schema/schema.ts";

interface Body {
  readonly key: number;
  readonly version: number;
  readonly bytes: Uint8Array;
}

const bodies = { request: bodiesOf("request"), response: bodiesOf("response") };

function bodiesOf(type: "request" | "response"): readonly Body[] {
  return seeds.flatMap(({ vector: { key, version, type: of }, bytes }) =>
    of === type && key !== null ? [{ key, version, bytes }] : [],
  );
}

/** What most clients ask for most: these get as many turns as all the others. */
const usualKeys: ReadonlySet<number> = new Set([0, 1, 3, 8, 11, 12, 14, 18, 68, 78]);
const usual = bodies.request.filter(({ key }) => usualKeys.has(key));

/** A request as its frame is, of any API and version; one of four is damaged. */
export function strangeRequest(random: Random, correlationId: number): Uint8Array {
  const { key, version, bytes } = random.pick(random.below(2) === 0 ? usual : bodies.request);
  const header = Buffer.alloc(8);
  header.writeInt16BE(key, 0);
  header.writeInt16BE(version, 2);
  header.writeInt32BE(correlationId, 4);
  const clientId = Buffer.from(`app-${random.below(40)}`);
  const length = Buffer.from([0, clientId.length]);
  const tags = isFlexible("request", key, version) ? Buffer.from([0]) : Buffer.alloc(0);
  return framed(maybeDamaged(random, Buffer.concat([header, length, clientId, tags, bytes])));
}

/** An answer to a request of this API and version, or to nearly that; one of four is damaged. */
export function strangeResponse(
  random: Random,
  { key, version, correlationId }: { key: number; version: number; correlationId: number },
): Uint8Array {
  const fitting = bodies.response.filter((body) => body.key === key && body.version === version);
  const { bytes } = random.pick(fitting.length > 0 ? fitting : bodies.response);
  const header = Buffer.alloc(4);
  header.writeInt32BE(random.below(50) === 0 ? correlationId + 1 : correlationId);
  // The one response whose header never has tags (KIP-511).
  const tags = key !== 18 && isFlexible("response", key, version) ? Buffer.from([0]) : Buffer.alloc(0);
  return framed(maybeDamaged(random, Buffer.concat([header, tags, bytes])));
}

function isFlexible(type: "request" | "response", key: number, version: number): boolean {
  return inRange(apiOfKey(key)?.[type].schema.flexible, version);
}

function maybeDamaged(random: Random, bytes: Uint8Array): Uint8Array {
  return random.below(4) === 0 ? mutate(bytes, random) : bytes;
}

function framed(bytes: Uint8Array): Uint8Array {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}
