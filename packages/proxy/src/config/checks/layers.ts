import { protocolOf } from "../resolve-listener.ts";
import type { ConfigSource } from "../schema/config.ts";
import type { LayerSource } from "../schema/layers.ts";
import type { Path } from "../source/node.ts";
import type { Finding } from "./report.ts";

/** Layers have what they need, and stand where there are requests. */
export function* checkLayers({ listeners = [], tracing }: ConfigSource): Iterable<Finding> {
  for (const [index, listener] of listeners.entries()) {
    const { layers = [] } = listener;
    const path: Path = ["listeners", index, "layers"];
    const protocol = protocolOf(listener);
    if (layers.length > 0 && (protocol === "http" || protocol === "opaque")) {
      yield {
        path,
        message: `layers see Kafka requests, and protocol: ${protocol} has none`,
        hint: "protocol: kafka or detect",
        atKey: true,
      };
    }
    const seen = new Set<string>();
    for (const [at, layer] of layers.entries()) {
      const name = nameOf(layer);
      if (name === undefined) {
        const message = "one entry has one layer: write several entries";
        yield { path: [...path, at], message, hint: "their order is the order of the tiers" };
        continue;
      }
      if (seen.has(name)) yield { path: [...path, at], message: `the layer ${name} is in the list twice` };
      seen.add(name);
      if (name === "trace" && tracing === undefined) {
        yield {
          path: [...path, at],
          message: "trace needs tracing",
          hint: "tracing: { endpoint: http://... }",
        };
      }
    }
  }
}

/** Undefined where an entry has several, or none. */
function nameOf(layer: LayerSource): string | undefined {
  if (typeof layer === "string") return layer;
  if ("build" in layer) return layer.name;
  const names = Object.entries(layer).filter(([, options]) => options !== undefined);
  return names.length === 1 ? names[0]?.[0] : undefined;
}
