/** Frames that real clients and a real broker sent: lines of JSON, gzipped. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

export interface RealFrame {
  /** Who sent the request: `java`, `kcat`, ... */
  readonly client: string;
  readonly api: string;
  /** The version of the request, also where the broker answers in another. */
  readonly version: number;
  readonly direction: "request" | "response";
  /** The frame without its size. */
  readonly hex: string;
}

const file = join(import.meta.dirname, "golden/real-frames.jsonl.gz");

export function readRealFrames(): RealFrame[] {
  const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as RealFrame);
}

export function writeRealFrames(frames: readonly RealFrame[]): void {
  const text = frames.map((frame) => `${JSON.stringify(frame)}\n`).join("");
  writeFileSync(file, gzipSync(text, { level: 9 }));
}
