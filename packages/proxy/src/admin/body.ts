import type { IncomingMessage } from "node:http";

import { textAnswer } from "./route.ts";
import type { AdminAnswer } from "./route.ts";

/** Bytes that may be posted: no route takes more than a few words. */
const maxBodyBytes = 65_536;

/** What was posted, or the answer to what cannot be read. */
export type Body = { readonly value: unknown; readonly fault?: undefined } | { readonly fault: AdminAnswer };

/**
 * Reads what was posted as JSON; undefined where that is nothing. It has to say that it is JSON, which
 * a form on a web page cannot. Never more than 64 KiB is kept.
 */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return { fault: textAnswer(`more than ${maxBodyBytes} bytes`, 413) };
    chunks.push(chunk);
  }
  if (bytes === 0) return { value: undefined };
  if (!/^application\/json *(?:;|$)/i.test(request.headers["content-type"] ?? "")) {
    return { fault: textAnswer("what is posted must be application/json", 415) };
  }
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString()) as unknown };
  } catch {
    return { fault: textAnswer("what was posted is no JSON", 400) };
  }
}
