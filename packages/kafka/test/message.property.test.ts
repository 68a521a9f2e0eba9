import { isDeepStrictEqual } from "node:util";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { messages } from "../src/protocol/generated/registry.ts";
import type { MessageCodec } from "../src/protocol/message.ts";
import { messageArbitrary } from "./arbitrary.ts";

const codecs: readonly MessageCodec<unknown>[] = Object.values(messages);

describe("any message that can be encoded", () => {
  it.each(codecs.map((codec) => [codec.name, codec] as const))("%s is decoded to itself", (_, codec) => {
    const { min, max } = codec.validVersions;
    for (let version = min; version <= max; version++) {
      fc.assert(
        fc.property(messageArbitrary(codec.schema, version), (message) => {
          const decoded = codec.decode(codec.encode(message, version), version);
          if (!isDeepStrictEqual(decoded, message)) expect(decoded, `v${version}`).toEqual(message);
          const json: unknown = JSON.parse(JSON.stringify(codec.toJson(message, version)));
          codec.encode(codec.fromJson(json, version), version);
        }),
        { numRuns: 12 },
      );
    }
  });
});
