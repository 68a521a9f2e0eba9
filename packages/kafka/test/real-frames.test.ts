import { describe, expect, it } from "vitest";

import { readRequestFrame } from "../src/protocol/frame/request-frame.ts";
import { readResponseFrame } from "../src/protocol/frame/response-frame.ts";
import { apis } from "../src/protocol/generated/registry.ts";
import type { AnyApi } from "../src/protocol/lookup.ts";
import { requestDifferences, responseDifferences } from "./frame-differences.ts";
import { readRealFrames } from "./real-frames.ts";
import type { RealFrame } from "./real-frames.ts";

const frames = readRealFrames();

describe("what real clients and a real broker sent", () => {
  it("is of every API that clients use, in many versions", () => {
    expect(new Set(frames.map(({ api }) => api)).size).toBeGreaterThanOrEqual(50);
    for (const direction of ["request", "response"]) {
      expect(frames.filter((frame) => frame.direction === direction).length).toBeGreaterThan(150);
    }
  });

  it.each(frames.map((frame) => [titleOf(frame), frame] as const))(
    "is read, and written again byte for byte: %s",
    (_, frame) => {
      expect(differencesOf(frame)).toEqual([]);
    },
  );

  it("has an answer to an ApiVersions request from the future, which is one of version 0", () => {
    const frame = frames.find(({ version, direction }) => version === 99 && direction === "response");
    const bytes = Buffer.from(frame?.hex ?? "", "hex");
    expect(readResponseFrame(bytes, apis.ApiVersions as unknown as AnyApi, 99).bodyVersion).toBe(0);
  });
});

function titleOf({ api, version, direction, client }: RealFrame): string {
  return `${api} ${direction} v${version} (${client})`;
}

function differencesOf({ api: name, version, direction, hex }: RealFrame): string[] {
  const api = apis[name as keyof typeof apis] as unknown as AnyApi;
  const bytes = Buffer.from(hex, "hex");
  if (direction === "response") return responseDifferences(readResponseFrame(bytes, api, version), api);
  const frame = readRequestFrame(bytes);
  expect(frame).toMatchObject({ apiKey: api.key, apiVersion: version });
  return requestDifferences(frame);
}
