import { guard } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import { Duplex } from "node:stream";

import { Connection } from "../src/connection.ts";

/**
 * A layer for connections as one for texts, which `layerContract` calls with: each text is a
 * connection that holds it, and what the layer gave back is what the service gets.
 */
export function overText(layer: SameLayer<Connection, string>): SameLayer<string, string> {
  const place = { host: "192.0.2.1", port: 9092 };
  return (service) => {
    const inner = guard(service);
    const outer = guard(
      layer({
        call: ({ stream }, cx) => inner.call(String(stream.read()), cx),
        status: () => inner.status(),
        [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
      }),
    );
    return guard({
      call: (text: string, cx) => {
        const stream = new Duplex({ read: () => {} });
        stream.push(text);
        return outer.call(new Connection(stream, { local: place, remote: place, listener: "memory" }), cx);
      },
      status: () => outer.status(),
      [Symbol.asyncDispose]: () => outer[Symbol.asyncDispose](),
    });
  };
}
