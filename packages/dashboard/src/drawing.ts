import type { TapEvent } from "@pagoda/traffic/view";

/** Draws exchanges as a sequence of messages between client, proxy and brokers. */
export function drawDiagram(events: readonly TapEvent[], format: "mermaid" | "svg"): string {
  if (format === "mermaid") return ["sequenceDiagram", ...events.map(mermaidLine)].join("\n");
  const lines = events.map((event, n) => {
    const text = escaped(`${event.api}/v${event.apiVersion} → ${event.broker}`);
    return `<text x="8" y="${20 * (n + 1)}">${text}</text>`;
  });
  const height = 20 * events.length + 12;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="${height}" font-size="12" font-family="monospace">${lines.join("")}</svg>`;
}

function mermaidLine({ api, apiVersion }: TapEvent): string {
  return `  C->>P: ${api}/v${apiVersion}`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
