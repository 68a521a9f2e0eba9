import * as fc from "fast-check";
import { expect, it } from "vitest";

import { hrefOf, parseRoute } from "./route.ts";

it("keeps any name in the address of a detail", () => {
  const name = fc.string({ minLength: 1, unit: "grapheme" });
  fc.assert(
    fc.property(name, name, (listener, topic) => {
      const { view, path } = parseRoute(hrefOf("topics", [listener, topic], { q: topic }));
      expect({ view, path }).toEqual({ view: "topics", path: [listener, topic] });
    }),
  );
});

it("takes what it does not know for the overview", () => {
  expect(parseRoute("#/nowhere/%zz")).toEqual({ view: "overview", path: ["%zz"], query: {} });
  expect(parseRoute("")).toEqual({ view: "overview", path: [], query: {} });
});
