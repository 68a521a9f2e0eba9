// `pagoda decode` and Wireshark read the same capture alike.

import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

import { readRealFrames } from "../packages/kafka/test/real-frames.ts";
import { decodeCommand } from "../packages/proxy/src/cli/debug/decode/command.ts";
import { runCommand } from "../packages/proxy/test/support/run-command.ts";
import { toolPath } from "../scripts/tools.ts";
import type { CapturedConnection } from "./support/capture.ts";
import { describeWith } from "./support/needs.ts";
import { pcapOf } from "./support/pcap.ts";
import { dissect } from "./support/tshark.ts";

describeWith(["tshark"], "pagoda decode beside tshark", () => {
  const connections = readRealFrames()
    .filter(({ direction, version }) => direction === "request" && version < 99)
    .map(({ client, hex }): CapturedConnection => {
      const frame = Buffer.from(hex, "hex");
      const size = Buffer.alloc(4);
      size.writeInt32BE(frame.length);
      return { client, segments: [{ from: "client", bytes: Buffer.concat([size, frame]) }] };
    });

  async function decoded(file: Buffer): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { code, out } = await runCommand(decodeCommand, ["-"], [file]);
    expect(code).toBe(0);
    return out
      .trimEnd()
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  }

  it("finds the same frames", async () => {
    const lines = await decoded(pcapOf(connections));
    const frames = await dissect(connections);
    expect(lines.map(({ connection, size }) => [connection, size])).toEqual(
      frames.map(({ connection, length }) => [connection + 1, length]),
    );
  });

  it("reads what tshark writes, in the newer kind of file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pagoda-test-decode-"));
    try {
      const [pcap, pcapng] = [join(folder, "a.pcap"), join(folder, "a.pcapng")];
      await writeFile(pcap, pcapOf(connections));
      execFileSync(toolPath("tshark"), ["-r", pcap, "-F", "pcapng", "-w", pcapng]);
      expect(await decoded(await readFile(pcapng))).toEqual(await decoded(await readFile(pcap)));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
