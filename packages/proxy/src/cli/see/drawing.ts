import type { TapEvent } from "@pagoda/traffic/view";

import { bytes, duration } from "../output/units.ts";

/** One exchange in a line for its request, and one for its answer. */
export function formatTapLine(event: TapEvent): string {
  const { id, client, source, broker, tls, api, apiVersion, requestBytes, latencyMs, errors } = event;
  const from = `client=${client ?? "-"} src=${source} dst=broker-${broker} tls=${tls}`;
  const failed = errors.map(({ error, where }) => (where === null ? error : `${error}(${where})`)).join(",");
  return `req id=${id} ${from} api=${api}/v${apiVersion} bytes=${bytes(requestBytes)}
rsp id=${id} latency=${duration(latencyMs)} errors=${failed === "" ? "-" : failed}`;
}

/** The exchanges as a sequence of messages. */
export function drawDiagram(events: readonly TapEvent[], _format: "mermaid" | "ascii" | "svg"): string {
  const lines = events.map(({ api, apiVersion }) => `  C->>P: ${api}/v${apiVersion}`);
  return ["sequenceDiagram", ...lines].join("\n");
}
