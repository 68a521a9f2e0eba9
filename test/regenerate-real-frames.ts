/**
 * Writes packages/kafka/test/golden/real-frames.jsonl.gz anew, from what real clients and a real
 * broker send: one frame of each API, version and direction. By hand, from anywhere in this
 * repository; needs Java and kcat. No two runs are the same:
 *
 * ```sh
 * node --conditions=@pagoda/source test/regenerate-real-frames.ts
 * ```
 */
import { apiOfKey } from "@pagoda/kafka/protocol";

import { writeRealFrames } from "../packages/kafka/test/real-frames.ts";
import type { RealFrame } from "../packages/kafka/test/real-frames.ts";
import { captureClients } from "./support/kafka-clients.ts";
import { exchangesOf } from "./support/kafka-exchanges.ts";
import type { Exchange } from "./support/kafka-exchanges.ts";

/** Of several frames the longest one below this is kept. */
const maxBytes = 4_096;

function framesOf({ client, request, response }: Exchange): RealFrame[] {
  const api = apiOfKey(request.apiKey)?.name ?? "";
  const frame = { client, api, version: request.apiVersion };
  const frames: RealFrame[] = [];
  // A request of a version that this codec does not know cannot be decoded; its response can.
  if (request.api !== null) frames.push({ ...frame, direction: "request", hex: hex(request.bytes) });
  if (response !== null) frames.push({ ...frame, direction: "response", hex: hex(response.bytes) });
  return frames;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

const kept = new Map<string, RealFrame>();
for (const frame of exchangesOf(await captureClients()).flatMap(framesOf)) {
  const key = `${frame.api} ${frame.direction} ${String(frame.version).padStart(2, "0")}`;
  const size = (each: RealFrame): number =>
    each.hex.length > 2 * maxBytes ? -each.hex.length : each.hex.length;
  const other = kept.get(key);
  if (other === undefined || size(frame) > size(other)) kept.set(key, frame);
}
const sorted = [...kept].toSorted(([a], [b]) => (a < b ? -1 : 1));
writeRealFrames(sorted.map(([, frame]) => frame));
process.stdout.write(`${kept.size} frames\n`);
