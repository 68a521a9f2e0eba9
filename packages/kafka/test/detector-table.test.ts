import { expect, it } from "vitest";

import { kafkaApis } from "../../tcp/src/detect/kafka-apis.ts";
import { apis } from "../src/protocol/generated/registry.ts";

// The detector stands below the codec and may not import it: its table is written by hand.
const known = Object.values(apis).toSorted((a, b) => a.key - b.key);

it("the detector of @pagoda/tcp knows the codec's requests, up to the same version", () => {
  expect(kafkaApis.map(([key, name, , most]) => [key, name, most])).toEqual(
    known.map(({ key, name, request }) => [key, name, request.validVersions?.max ?? 0]),
  );
});

it("the detector takes every version that the codec does, but ControlledShutdown v0", () => {
  const refused = known.filter(({ key, request }) => {
    const least = kafkaApis.find(([known]) => known === key)?.[2] ?? Infinity;
    return least > (request.validVersions?.min ?? 0);
  });
  // The header of that version has no client id, which is what the detector looks for.
  expect(refused.map(({ name }) => name)).toEqual(["ControlledShutdown"]);
});
