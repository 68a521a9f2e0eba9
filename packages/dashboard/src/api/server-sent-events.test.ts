import * as fc from "fast-check";
import { expect, it } from "vitest";

import { EventReader } from "./server-sent-events.ts";

const text = ': heartbeat\n\nevent: traffic\ndata: {"a":1}\n\r\ndata: x\r\ndata: y\r\n\r\nevent: missed\n\n';

it("reads events, joins their lines, and leaves out comments and events without data", () => {
  expect(new EventReader().push(text)).toEqual([
    { event: "traffic", data: '{"a":1}' },
    { event: "message", data: "x\ny" },
  ]);
});

it("reads the same events however the text was cut", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), (sizes) => {
      const reader = new EventReader();
      const got = [];
      for (let at = 0, n = 0; at < text.length; n++) {
        const size = sizes[n % sizes.length] ?? 1;
        got.push(...reader.push(text.slice(at, at + size)));
        at += size;
      }
      expect(got).toEqual(new EventReader().push(text));
    }),
  );
});
