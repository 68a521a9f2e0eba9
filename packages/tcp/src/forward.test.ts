import { once } from "node:events";
import type { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { kinds, rigs } from "../test/forward-rig.ts";
import { canReadFast } from "./fast-read.ts";
import { peek } from "./peek.ts";
import { textOf } from "./testing/text-of.ts";

describe.each(kinds)("forward between $kind", (kind) => {
  const { fast } = kind;
  const rig = rigs(kind);

  it("reads the way that was asked for", async () => {
    const { downstream, upstream } = await rig();
    expect([canReadFast(downstream.stream), canReadFast(upstream.stream)]).toEqual([fast, fast]);
  });

  it("carries bytes both ways, and says how many", async () => {
    const { client, server, start } = await rig();
    const result = start();
    client.end("a question");
    expect(await textOf(server)).toBe("a question");
    server.end("the answer!");
    expect(await textOf(client)).toBe("the answer!");
    expect(await result).toEqual({
      cause: "peer_closed",
      closedBy: "downstream",
      error: undefined,
      bytesUp: 10,
      bytesDown: 11,
    });
  });

  it("lets the upstream go on after the downstream has ended", async () => {
    const { client, server, start } = await rig();
    const result = start();
    client.end("done");
    expect(await textOf(server)).toBe("done");
    server.write("still ");
    expect(String((await once(client, "data"))[0])).toBe("still ");
    server.end("here");
    expect(await textOf(client)).toBe("here");
    expect(await result).toMatchObject({ cause: "peer_closed", closedBy: "downstream" });
  });

  it("lets the downstream go on after the upstream has ended", async () => {
    const { client, server, start } = await rig();
    const result = start();
    server.end("done");
    expect(await textOf(client)).toBe("done");
    client.write("still ");
    expect(String((await once(server, "data"))[0])).toBe("still ");
    client.end("here");
    expect(await textOf(server)).toBe("here");
    expect(await result).toMatchObject({ cause: "peer_closed", closedBy: "upstream" });
  });

  it("keeps half-close where the stream was not made for it", async () => {
    const { client, server, downstream, upstream, start } = await rig();
    downstream.stream.allowHalfOpen = false;
    upstream.stream.allowHalfOpen = false;
    const result = start();
    client.end("question");
    expect(await textOf(server)).toBe("question");
    server.end("answer");
    expect(await textOf(client)).toBe("answer");
    await result;
  });

  it("passes on an end that came before it began", async () => {
    const { client, server, downstream, start } = await rig();
    client.end();
    downstream.stream.resume();
    await once(downstream.stream, "end");
    const result = start();
    expect(await textOf(server)).toBe("");
    server.end("bye");
    expect(await textOf(client)).toBe("bye");
    expect(await result).toMatchObject({ cause: "peer_closed", closedBy: "downstream" });
  });

  it("passes on what was peeked at first", async () => {
    const { client, server, downstream, upstream, cx, start } = await rig();
    const bounds = { maxBytes: 100, timeoutMs: 10_000 };
    client.write("first ");
    server.write("FIRST ");
    await peek(downstream.stream, bounds, (bytes) => bytes.length === 6 || undefined, cx);
    await peek(upstream.stream, bounds, (bytes) => bytes.length === 6 || undefined, cx);
    const result = start();
    client.end("second");
    server.end("SECOND");
    expect(await Promise.all([textOf(server), textOf(client)])).toEqual(["first second", "FIRST SECOND"]);
    expect(await result).toMatchObject({ bytesUp: 12, bytesDown: 12 });
  });

  it("passes on what was peeked at when the end has come as well", async () => {
    const { client, server, downstream, cx, start } = await rig();
    client.end("all of it");
    await peek(downstream.stream, { maxBytes: 100, timeoutMs: 10_000 }, (_, ended) => ended || undefined, cx);
    const result = start();
    expect(await textOf(server)).toBe("all of it");
    server.end();
    client.resume();
    expect(await result).toMatchObject({ cause: "peer_closed", bytesUp: 9 });
  });

  it("resets the upstream when the downstream is reset in mid-transfer", async () => {
    const { client, server, downstream, upstream, start } = await rig();
    const result = start();
    client.write("half a requ");
    await once(server, "data");
    const broken = once(server, "error");
    resetOf(client);
    expect((await broken)[0]).toMatchObject({ code: "ECONNRESET" });
    expect(await result).toMatchObject({
      cause: "io_error",
      closedBy: "downstream",
      error: { code: "ECONNRESET" },
      bytesUp: 11,
    });
    expect(await downstream.closed).toMatchObject({ cause: "io_error" });
    expect(await upstream.closed).toMatchObject({ cause: "io_error" });
  });

  it("resets the downstream when the upstream is reset in mid-transfer", async () => {
    const { client, server, start } = await rig();
    const result = start();
    server.write("half an ans");
    await once(client, "data");
    const broken = once(client, "error");
    resetOf(server);
    expect((await broken)[0]).toMatchObject({ code: "ECONNRESET" });
    expect(await result).toMatchObject({
      cause: "io_error",
      closedBy: "upstream",
      error: { code: "ECONNRESET" },
      bytesDown: 11,
    });
  });

  it("closes both when one is reset after it had ended", async () => {
    const { client, server, start } = await rig();
    const result = start();
    client.end("question");
    expect(await textOf(server)).toBe("question");
    resetOf(client);
    // What is written to a side that is gone finds out.
    server.on("error", () => {});
    while (server.write("answer")) await turn();
    expect(await result).toMatchObject({ cause: "io_error", closedBy: "downstream" });
  });

  it("closes a side whose end is on its way when the other breaks", async () => {
    const { client, server, upstream, start } = await rig();
    const result = start();
    const broken = new Error("broken");
    upstream.stream.once("end", () => upstream.stream.destroy(broken));
    client.on("error", () => {}).resume();
    server.end("answer");
    expect(await result).toMatchObject({ cause: "io_error", closedBy: "upstream", error: broken });
  });
});

function resetOf(stream: Duplex): void {
  (stream as Duplex & { resetAndDestroy(): void }).resetAndDestroy();
}
