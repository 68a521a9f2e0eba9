import { apis, encodeBatch, kafkaErrorNamed, Metadata, messages } from "@pagoda/kafka/protocol";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { readRealFrames } from "../../../../../kafka/test/real-frames.ts";
import { documented, runCommand } from "../../../../test/support/run-command.ts";
import { decodeCommand } from "./command.ts";
import { decodeRequest, decodeResponse } from "./decode-frame.ts";
import type { JsonObject } from "./walk-message.ts";

const frames = readRealFrames();
const metadata = frames.find(({ api, direction }) => api === "Metadata" && direction === "request");

describe("pagoda decode", () => {
  const examples = documented("decode");

  it("has examples in the documentation", () => {
    expect(examples.length).toBeGreaterThanOrEqual(2);
  });

  it.each(examples)("prints what the documentation shows for $args", async ({ args, prints }) => {
    const { out } = await runCommand(decodeCommand, args);
    expect(out).toBe(prints);
  });

  it("decodes every real frame to what the codec prints, and back to its bytes", () => {
    expect(frames.length).toBeGreaterThan(100);
    for (const { api: name, version, direction, hex } of frames) {
      const bytes = Buffer.from(hex, "hex");
      const api = apiNamed(name);
      const { json, error } =
        direction === "request"
          ? decodeRequest(bytes, 0, { offsets: false })
          : decodeResponse(bytes, 0, { api, version }, { offsets: false });
      expect(json).toMatchObject({ frame: direction, api: name, size: bytes.length });
      if (direction === "request" && version > api.versions.max) {
        // A client that tries a version that no broker has.
        expect(error).toMatchObject({ code: "UNSUPPORTED_VERSION" });
        continue;
      }
      expect(error).toBeUndefined();
      const codec = direction === "request" ? api.request : api.response;
      const bodyVersion = json["version"] as number;
      const value = codec.fromJson(withoutUnknown(json["body"]), bodyVersion);
      const encoded = Buffer.from(codec.encode(value, bodyVersion));
      // Unknown tagged fields have no place in the codec's JSON; no real frame here has one.
      expect(
        bytes.subarray(bytes.length - encoded.length).equals(encoded),
        `${name} v${version} ${direction}`,
      ).toBe(true);
      expect(json["body"]).toEqual(codec.toJson(value, bodyVersion));
    }
  });

  it("places every field of every real frame, without holes or overlaps", () => {
    for (const { api: name, version, direction, hex } of frames) {
      const bytes = Buffer.from(hex, "hex");
      const options = { offsets: true };
      const { json } =
        direction === "request"
          ? decodeRequest(bytes, 0, options)
          : decodeResponse(bytes, 0, { api: apiNamed(name), version }, options);
      const leaves = [...leavesOf(json["header"]), ...leavesOf(json["body"])].toSorted(
        (a, b) => a.offset - b.offset,
      );
      let end = 0;
      for (const { offset, length } of leaves) {
        expect(offset).toBeGreaterThanOrEqual(end);
        end = offset + length;
      }
      expect(end).toBeLessThanOrEqual(bytes.length);
    }
  });

  const plain = Buffer.from(metadata?.hex ?? "", "hex");
  const size = Buffer.alloc(4);
  size.writeInt32BE(plain.length);
  const sized = Buffer.concat([size, plain]);

  it.each([
    ["without its size", plain.toString("hex")],
    ["with its size", sized.toString("hex")],
    ["with 0x before it", `0x${sized.toString("hex")}`],
    ["with blanks", sized.toString("hex").replaceAll(/../g, "$& ")],
    ["with colons and capitals", sized.toString("hex").toUpperCase().match(/../g)?.join(":") ?? ""],
  ])("takes a frame %s", async (_how, typed) => {
    const { code, out } = await runCommand(decodeCommand, typed.trim().split(" "));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ frame: "request", api: "Metadata", size: plain.length });
  });

  it("reads a file of bytes", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pagoda-test-decode-"));
    try {
      const file = join(folder, "frame.bin");
      await writeFile(file, sized);
      const { code, out } = await runCommand(decodeCommand, [file]);
      expect([code, JSON.parse(out)]).toMatchObject([0, { api: "Metadata" }]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("reads a response, given what it answers", async () => {
    const response = frames.find(({ api, direction }) => api === "Metadata" && direction === "response");
    const args = [response?.hex ?? "", "--response", `MetadataResponse/${response?.version}`];
    const { code, out } = await runCommand(decodeCommand, args);
    expect([code, JSON.parse(out)]).toMatchObject([0, { frame: "response", body: { brokers: [{}] } }]);
  });

  it("reads an ApiVersions response of a broker that does not know the version", () => {
    const code = kafkaErrorNamed("UNSUPPORTED_VERSION").code;
    const body = apis.ApiVersions.response.encode(apis.ApiVersions.response.of({ errorCode: code }), 0);
    const bytes = Buffer.concat([Buffer.from([0, 0, 0, 9]), body]);
    const { json, error } = decodeResponse(
      bytes,
      0,
      { api: apiNamed("ApiVersions"), version: 4 },
      { offsets: false },
    );
    expect(error).toBeUndefined();
    expect(json).toMatchObject({ version: 0, body: { errorCode: 35 } });
  });

  it("prints what was decoded until bytes stop being the message, and where", async () => {
    const request = Metadata.request.encode(
      Metadata.request.of({ topics: [{ name: "orders" }, { name: "payments" }] }),
      8,
    );
    const header = messages.RequestHeader.encode(
      { requestApiKey: 3, requestApiVersion: 8, correlationId: 1, clientId: "c" },
      1,
    );
    const bytes = Buffer.concat([header, request]).subarray(0, header.length + 14);
    const { code, out } = await runCommand(decodeCommand, [bytes.toString("hex")]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      frame: "request",
      size: bytes.length,
      api: "Metadata",
      version: 8,
      header: { requestApiKey: 3, requestApiVersion: 8, correlationId: 1, clientId: "c" },
      body: { topics: [{ name: "orders" }, {}] },
      error: {
        code: "MALFORMED_MESSAGE",
        message: expect.stringMatching(/^malformed MetadataRequest v8: topics\[1\]\.name at byte 25: /),
        path: "topics[1].name",
        offset: 25,
      },
    });
  });

  it("says what is left over, and which versions there are", async () => {
    const more = Buffer.concat([plain, Buffer.from([1, 2])]).toString("hex");
    expect(await runCommand(decodeCommand, [more])).toMatchObject({
      code: 1,
      out: expect.stringContaining("2 bytes left over"),
    });
    expect(await runCommand(decodeCommand, ["0003 7fff 00000001 ffff"])).toMatchObject({
      code: 1,
      out: expect.stringContaining("Metadata has versions 0 to 13, not 32767"),
    });
  });

  it("never fails in another way, whatever is cut off", () => {
    for (const { api: name, version, direction, hex } of frames.slice(0, 60)) {
      const bytes = Buffer.from(hex, "hex").subarray(0, 300);
      for (let end = 0; end < bytes.length; end++) {
        const cut = bytes.subarray(0, end);
        const { json, error } =
          direction === "request"
            ? decodeRequest(cut, 0, { offsets: true })
            : decodeResponse(cut, 0, { api: apiNamed(name), version }, { offsets: true });
        expect(json["frame"]).toBe(direction);
        if (error !== undefined) expect(error).toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/) });
      }
    }
  });

  it("reads record batches, text as text and other bytes in base64", async () => {
    const batch = encodeBatch({
      baseTimestamp: 1_700_000_000_000n,
      records: [
        { key: Buffer.from("k"), value: Buffer.from("v"), headers: [{ key: "h", value: null }] },
        { key: null, value: Buffer.from([0xff, 0xfe]) },
      ],
    });
    const { code, out } = await runCommand(decodeCommand, [
      "--records",
      "--offsets",
      Buffer.from(batch).toString("hex"),
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      frame: "records",
      batches: [
        {
          offset: 0,
          length: batch.length,
          magic: 2,
          recordCount: 2,
          records: [
            { offset: 0, key: "k", value: "v", headers: [{ key: "h", value: null }] },
            { offset: 1, key: null, value: { base64: "//4=" } },
          ],
        },
      ],
    });
    const damaged = Buffer.from(batch);
    damaged[damaged.length - 1] = 7;
    expect(await runCommand(decodeCommand, ["--records", damaged.toString("hex")])).toMatchObject({
      code: 1,
      out: expect.stringContaining("RECORDS_CHECKSUM"),
    });
  });

  it.each([
    [[]],
    [["nonsense"]],
    [["abc"]],
    [["00", "--response", "Produce"]],
    [["00", "--response", "Nope/v1"]],
    [["00", "--response", "Produce/v1", "--records"]],
  ])("refuses %j", async (args) => {
    await expect(runCommand(decodeCommand, args)).rejects.toMatchObject({ code: "USAGE" });
  });
});

function apiNamed(name: string): (typeof apis)["Metadata"] & Parameters<typeof decodeResponse>[2]["api"] {
  const api = Object.values(apis).find((one) => one.name === name);
  if (api === undefined) throw new Error(name);
  return api as never;
}

function withoutUnknown(body: unknown): unknown {
  expect(JSON.stringify(body)).not.toContain("unknownTaggedFields");
  return body;
}

interface Leaf {
  readonly offset: number;
  readonly length: number;
}

/** What stands at an offset and holds nothing that does. */
function* leavesOf(json: unknown): Generator<Leaf> {
  if (typeof json !== "object" || json === null) return;
  const { value } = json as JsonObject;
  if ("offset" in json && "length" in json) {
    const inner = [...leavesOf(value)];
    if (inner.length > 0) yield* inner;
    else yield json as Leaf;
  } else for (const each of Object.values(json)) yield* leavesOf(each);
}
