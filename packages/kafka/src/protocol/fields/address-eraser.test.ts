import { join } from "node:path";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { messageArbitrary } from "../../../test/arbitrary.ts";
import { messageNameOf, readVectors } from "../../../test/message-vectors.ts";
import { encodeResponseFrame } from "../frame/encode-frame.ts";
import { readResponseFrame } from "../frame/response-frame.ts";
import { Fetch, Metadata, Produce, ShareFetch } from "../generated/index.ts";
import { apis } from "../generated/registry.ts";
import type { AnyApi } from "../lookup.ts";
import { AddressEraser } from "./address-eraser.ts";
import { carriesAddresses } from "./addresses.ts";
import { mayHaveAddresses } from "./probe-addresses.ts";
import { walkToAddresses } from "./walk-program.ts";
import type { WalkProgram } from "./walk-program.ts";

interface Endpoints {
  readonly nodeEndpoints: readonly unknown[];
}

const rows = (Object.values(apis) as unknown as AnyApi[]).flatMap((api) =>
  Array.from({ length: api.versions.max - api.versions.min + 1 }, (_, index) => api.versions.min + index)
    .filter((version) => carriesAddresses(api.response, version))
    .map((version) => ({ api, version, program: walkToAddresses(api, version) })),
);
const walked = rows
  .filter((row): row is typeof row & { program: WalkProgram } => row.program !== undefined)
  .map((row) => [`${row.api.name} v${row.version}`, row] as const);

/** Messages as Kafka's own serializers wrote them. */
const vectors = readVectors(join(import.meta.dirname, "../../../test/vectors/vectors.jsonl.gz"));

function frameOf(api: AnyApi, version: number, body: unknown): Buffer {
  return Buffer.from(encodeResponseFrame(api, version, { correlationId: 5 }, body));
}

function bodyOf(api: AnyApi, version: number, frame: Uint8Array): Endpoints {
  const { bodyOffset } = readResponseFrame(frame.subarray(4), api, version);
  return api.response.decode(frame.subarray(4 + bodyOffset), version) as Endpoints;
}

/** The frame behind a walk that hides, cut into pieces of those sizes. */
function hide(program: WalkProgram, frame: Buffer, sizes: Iterable<number>) {
  const eraser = new AddressEraser(program, frame.length);
  const out: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    if (at >= frame.length) break;
    out.push(eraser.hide(frame.subarray(at, at + size)));
    at += size;
  }
  return { eraser, out, bytes: Buffer.concat(out) };
}

/** Two endpoints in a Fetch or ShareFetch response, with a few records before them. */
function withEndpoints(api: AnyApi, count = 2): Buffer {
  const records = Buffer.alloc(40, "r");
  const body = api.response.of({
    responses: [{ partitions: [{ records }, { records: Buffer.alloc(0) }] }],
    nodeEndpoints: Array.from({ length: count }, (_, nodeId) => ({ nodeId, host: "secret", port: 9092 })),
  });
  return frameOf(api, api.versions.max, body);
}

describe("walkToAddresses", () => {
  it("knows a way through the responses in which an address is seldom, or behind records", () => {
    const names = walked.map(([name]) => name).join(", ");
    expect(names).toBe(
      "Produce v10, Produce v11, Produce v12, Produce v13, Fetch v16, Fetch v17, Fetch v18, " +
        "ShareFetch v1, ShareFetch v2",
    );
  });

  it("has none where there are no addresses, or where they are the answer", () => {
    expect(walkToAddresses(Fetch as unknown as AnyApi, 15)).toBe(undefined);
    expect(walkToAddresses(Metadata as unknown as AnyApi, 13)).toBe(undefined);
  });
});

describe.each(walked)("the probe and the eraser of %s", (_, { api, version, program }) => {
  const messages = messageArbitrary(
    api.response.schema,
    version,
  ) as fc.Arbitrary<unknown> as fc.Arbitrary<Endpoints>;

  it("find out what decoding finds out", () => {
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(messages, (body) => {
        const frame = frameOf(api, version, body);
        const found = body.nodeEndpoints.length > 0;
        expect(mayHaveAddresses(program, frame)).toBe(found);
        seen.add(found);
      }),
    );
    expect(seen.size).toBe(2);
  });

  it("hide the endpoints, and nothing else, however the bytes are cut", () => {
    const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 30 }));
    fc.assert(
      fc.property(messages, sizes, (body, cuts) => {
        const frame = frameOf(api, version, body);
        const { eraser, bytes } = hide(program, frame, cuts);
        expect(eraser.found).toBe(body.nodeEndpoints.length > 0);
        expect(bytes.length).toBe(frame.length);
        if (!eraser.found) expect(bytes.equals(frame)).toBe(true);
        const got = bodyOf(api, version, bytes);
        expect(got.nodeEndpoints).toEqual([]);
        const own = { nodeEndpoints: [], unknownTaggedFields: null };
        expect({ ...got, ...own }).toEqual({ ...body, ...own });
      }),
    );
  });

  it("agree with what Kafka's serializers wrote", () => {
    const own = vectors.filter((one) => messageNameOf(one) === api.response.name && one.version === version);
    expect(own.length).toBeGreaterThan(0);
    for (const { hex } of own) {
      const body = Buffer.from(hex, "hex");
      const size = Buffer.alloc(9);
      size.writeInt32BE(5 + body.length);
      const frame = Buffer.concat([size, body]);
      const found = (api.response.decode(body, version) as Endpoints).nodeEndpoints.length > 0;
      expect(mayHaveAddresses(program, frame)).toBe(found);
      const hidden = hide(
        program,
        frame,
        frame.map(() => 1),
      ).bytes;
      expect(bodyOf(api, version, hidden).nodeEndpoints).toEqual([]);
      if (!found) expect(hidden.equals(frame)).toBe(true);
    }
  });

  it("cannot say of a part of a response, or of one with more behind it, that it has none", () => {
    fc.assert(
      fc.property(messages, (body) => {
        const frame = frameOf(api, version, body);
        // An array at the end decides with the first byte of its count.
        const decided = program.tag === -1 && body.nodeEndpoints.length === 0;
        const ends = decided ? [] : [...frame.keys()];
        expect(ends.filter((end) => !mayHaveAddresses(program, frame.subarray(0, end)))).toEqual([]);
        const longer = Buffer.concat([frame, Buffer.of(0)]);
        if (program.tag !== -1) expect(mayHaveAddresses(program, longer)).toBe(true);
      }),
    );
  });

  it("end in peace on any bytes, and give back as many", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        mayHaveAddresses(program, bytes);
        const { bytes: out } = hide(program, Buffer.from(bytes), [7, bytes.length]);
        expect(out.length).toBe(bytes.length);
      }),
    );
  });
});

describe.each([
  ["a tagged field", Fetch as unknown as AnyApi],
  ["an array at the end", ShareFetch as unknown as AnyApi],
])("hiding %s", (_, api) => {
  const program = walkToAddresses(api, api.versions.max) as WalkProgram;

  it.each([1, 2, 12, 130, 2_000])("leaves no byte of %i endpoints, wherever the response is cut", (count) => {
    const frame = withEndpoints(api, count);
    const step = Math.ceil(frame.length / 300);
    for (let cut = 1; cut < frame.length; cut += step) {
      const { bytes } = hide(program, frame, [cut, frame.length]);
      expect(bytes.includes("secret")).toBe(false);
      expect(bodyOf(api, api.versions.max, bytes).nodeEndpoints).toEqual([]);
    }
  });

  it("works byte by byte", () => {
    const frame = withEndpoints(api);
    const whole = hide(program, frame, [frame.length]).bytes;
    const { bytes } = hide(
      program,
      frame,
      frame.map(() => 1),
    );
    expect(bytes.equals(whole)).toBe(true);
  });

  it("gives back the very pieces in which nothing is hidden, and writes to none", () => {
    const frame = withEndpoints(api);
    const before = Buffer.from(frame);
    const { out } = hide(program, frame, [60, frame.length]);
    expect(out[0]?.buffer).toBe(frame.buffer);
    expect(frame.equals(before)).toBe(true);
  });
});

it("the probe gives up on a varint without an end", () => {
  const program = walkToAddresses(Produce, 10) as WalkProgram;
  expect(mayHaveAddresses(program, Buffer.alloc(40, 0xff))).toBe(true);
});
