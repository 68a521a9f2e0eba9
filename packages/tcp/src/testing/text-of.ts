import { once } from "node:events";
import type { Readable } from "node:stream";

/**
 * Everything that the other side sends until it ends, as text. Unlike `text` of
 * `node:stream/consumers`, which destroys a duplex in some versions of Node, it leaves the stream's
 * own direction open.
 */
export async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  const collect = (chunk: Buffer): void => void chunks.push(chunk);
  stream.on("data", collect);
  try {
    await once(stream, "end");
  } finally {
    stream.off("data", collect);
  }
  return Buffer.concat(chunks).toString();
}
