import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A span, as OTLP has it in JSON. */
export interface OtlpSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[];
  readonly links?: readonly { traceId: string; spanId: string }[];
  readonly status?: { readonly code?: number };
}

interface OtlpScope {
  readonly schemaUrl?: string;
  readonly spans: readonly OtlpSpan[];
}

interface OtlpBody {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly OtlpScope[] }[];
}

/** A collector that keeps what it is sent. */
export interface OtlpReceiver {
  readonly endpoint: string;
  readonly scopes: readonly OtlpScope[];
  /** The spans of all scopes, in the order in which they came. */
  spans(): OtlpSpan[];
  close(): void;
}

export async function otlpReceiver(): Promise<OtlpReceiver> {
  const scopes: OtlpScope[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as OtlpBody;
      scopes.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}/v1/traces`,
    scopes,
    spans: () => scopes.flatMap(({ spans }) => spans),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The attributes of a span, without the types that OTLP has around their values. */
export function attributesOf({ attributes }: OtlpSpan): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
