import { createHash, randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { kinds, rigs } from "../test/forward-rig.ts";

describe.each(kinds)("the flow of forward between $kind", (kind) => {
  const rig = rigs(kind);

  it("keeps every byte that waits for a slow reader", async () => {
    const { client, server, downstream, start } = await rig();
    const result = start();
    const sent = createHash("sha256");
    // Small pieces, each read by itself: many of them wait at once.
    const sending = (async () => {
      while (!downstream.stream.isPaused()) {
        const piece = randomBytes(randomInt(1, 3_000));
        sent.update(piece);
        client.write(piece);
        await turn();
      }
    })();
    await sending;
    client.end();
    expect(await hashOf(server)).toBe(sent.digest("hex"));
    server.end();
    client.resume();
    expect(await result).toMatchObject({ cause: "peer_closed" });
  }, 20_000);

  it("takes no more from a fast sender than a slow reader's buffers hold", async () => {
    const { client, server, downstream, upstream, start } = await rig();
    const result = start();
    const sending = sendUntilStopped(client);
    await stalled(() => downstream.bytesRead);
    // A high-water mark and one read each: the rest waits with the sender, and in the system.
    expect(upstream.stream.writableLength).toBeLessThanOrEqual(2 * 65_536);
    expect(downstream.stream.readableLength).toBeLessThanOrEqual(2 * 65_536);
    expect(downstream.stream.isPaused()).toBe(true);

    let received = 0;
    server.on("data", (chunk: Buffer) => (received += chunk.length));
    const bytes = await sending.stop();
    client.end();
    await once(server, "end");
    expect(received).toBe(bytes);
    server.end();
    client.resume();
    expect(await result).toMatchObject({ cause: "peer_closed", bytesUp: bytes });
  });

  it("carries 64 MiB of random bytes unchanged, both ways at once, however they are cut", async () => {
    const { client, server, start } = await rig();
    const result = start();
    const size = 64 * 1024 * 1024;
    const [up, down, atServer, atClient] = await Promise.all([
      sendRandom(client, size),
      sendRandom(server, size),
      hashOf(server),
      hashOf(client),
    ]);
    expect(atServer).toBe(up);
    expect(atClient).toBe(down);
    expect(await result).toMatchObject({ cause: "peer_closed", bytesUp: size, bytesDown: size });
  }, 60_000);
});

/** Waits until a count has moved and then stood still for many turns of the event loop. */
async function stalled(count: () => number): Promise<void> {
  let last = 0;
  for (let still = 0; still < 200; still++) {
    if (count() !== last) still = 0;
    last = count();
    await turn();
  }
}

/** Writes for as long as the stream takes more. */
function sendUntilStopped(stream: Duplex): { readonly stop: () => Promise<number> } {
  const state = { bytes: 0, stopped: false };
  const chunk = randomBytes(50_000);
  const sending = (async () => {
    while (!state.stopped) {
      state.bytes += chunk.length;
      if (!stream.write(chunk)) await once(stream, "drain");
      await turn();
    }
  })();
  return {
    stop: async () => {
      state.stopped = true;
      await sending;
      return state.bytes;
    },
  };
}

const random = randomBytes(4 * 1024 * 1024);

/** Sends random pieces of random sizes, and answers the hash of it all. */
async function sendRandom(stream: Duplex, size: number): Promise<string> {
  const hash = createHash("sha256");
  for (let left = size; left > 0;) {
    const length = Math.min(left, randomInt(1, randomInt(2, 300_000)));
    const at = randomInt(random.length - length);
    const piece = random.subarray(at, at + length);
    left -= length;
    hash.update(piece);
    if (!stream.write(piece)) await once(stream, "drain");
  }
  stream.end();
  return hash.digest("hex");
}

async function hashOf(stream: Duplex): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
