import type { IncomingMessage } from "node:http";

import type { Fault } from "./fault-answer.ts";

/** Bytes that may be posted: no route takes more than a few words. */
const maxBodyBytes = 65_536;

/** What was posted, or why it cannot be read. */
export type Body = { readonly value: unknown; readonly fault?: undefined } | { readonly fault: Fault };

/**
 * Reads what was posted as JSON; undefined where that is nothing. It has to say that it is JSON, which
 * a form on a web page cannot. Never more than 64 KiB is kept.
 */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return fault(413, "BODY_TOO_LARGE", `more than ${maxBodyBytes} bytes`);
    chunks.push(chunk);
  }
  if (bytes === 0) return { value: undefined };
  if (!/^application\/json *(?:;|$)/i.test(request.headers["content-type"] ?? "")) {
    return fault(415, "BODY_TYPE", "what is posted must be application/json");
  }
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString()) as unknown };
  } catch {
    return fault(400, "BODY_SYNTAX", "what was posted is no JSON");
  }
}

function fault(status: number, code: string, message: string): Body {
  return { fault: { status, code, message } };
}
