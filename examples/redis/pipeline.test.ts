import { Context, Drain, Scope } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";
import type { MemoryDuplex, MockService } from "@pagoda/core/testing";
import { memoryConnections } from "@pagoda/tcp/testing";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";

import { pipelineClient } from "./pipeline-client.ts";
import type { PipelineClientOptions } from "./pipeline-client.ts";
import type { MessageReader } from "./pipeline.ts";
import { servePipeline } from "./serve-pipeline.ts";
import type { ServePipelineOptions } from "./serve-pipeline.ts";

const encode = (line: string): Buffer => Buffer.from(`${line}\n`);

describe("servePipeline", () => {
  it("sends the answers in the order of the requests, whichever comes first", async () => {
    const { client, inner, over } = converse();
    client.stream.end("a\nb\nc\n");
    (await called(inner, 2)).respond("C");
    inner.calls[1]?.fail(new Error("no b"));
    inner.calls[0]?.respond("A");
    await over;
    expect(await text(client.stream)).toBe("A\n! no b\nC\n");
  });

  it.each([
    ["requests", { maxInFlight: 2 }],
    ["bytes", { maxInFlightBytes: 2 }],
  ])("does not read on while as many %s as allowed are under way", async (_, limits) => {
    const { client, inner } = converse(limits);
    client.stream.write("a\nb\nc\n");
    await called(inner, 1);
    await turn();
    expect(inner.calls).toHaveLength(2);
    inner.calls[1]?.respond("B");
    await turn();
    expect(inner.calls).toHaveLength(2);
    inner.calls[0]?.respond("A");
    expect((await called(inner, 2)).request).toBe("c");
  });

  it("does not read on while the client does not take its answers", async () => {
    const { client, inner } = converse({}, { highWaterMarkBytes: 16 });
    client.stream.write("a\n");
    (await called(inner, 0)).respond("A".repeat(100));
    await turn();
    client.stream.write("b\n");
    await turn();
    expect(inner.calls).toHaveLength(1);
    client.stream.resume();
    expect((await called(inner, 1)).request).toBe("b");
  });

  it("answers what came before bytes that are no request, says what is wrong, and fails", async () => {
    const { client, inner, over } = converse();
    const failed = expect(over).rejects.toThrow("a line is empty");
    client.stream.write("a\n\nb\n");
    (await called(inner, 0)).respond("A");
    await failed;
    expect(String(client.stream.read())).toBe("A\n! a line is empty\n");
    expect(inner.calls).toHaveLength(1);
  });

  it("fails when the bytes end within a request", async () => {
    const { client, over } = converse();
    const failed = expect(over).rejects.toThrow("the bytes end within a line");
    client.stream.end("a");
    await failed;
  });

  it("takes nothing after the last request", async () => {
    const { client, inner, over } = converse({ isLast: (line) => line === "bye" });
    client.stream.write("bye\nmore\n");
    (await called(inner, 0)).respond("BYE");
    await over;
    expect(inner.calls).toHaveLength(1);
  });

  it("answers what is under way when a drain starts, and takes no more", async () => {
    const drain = new Drain();
    const { client, inner, over } = converse({ drain });
    client.stream.write("a\n");
    const call = await called(inner, 0);
    void drain.start({ deadlineMs: 1_000 });
    client.stream.write("b\n");
    await turn();
    call.respond("A");
    await over;
    expect(inner.calls).toHaveLength(1);
  });

  it("disposes of the service, and closes the scope, when the client is gone", async () => {
    const { client, inner, over, scope } = converse();
    client.stream.write("a\n");
    const call = await called(inner, 0);
    (client.stream as MemoryDuplex).resetAndDestroy();
    await over;
    expect(call.cx.cancelled).toBe(true);
    expect(inner.disposals).toBe(1);
    expect(scope().closed).toBe(true);
  });
});

describe("pipelineClient", () => {
  it("opens one connection for the first request, and sends those that come meanwhile in order", async () => {
    const { client, server, opened } = upstream();
    const answers = ["a", "b"].map((line) => client.call(line, cx));
    await turn();
    expect(opened()).toBe(1);
    expect(String(server.stream.read())).toBe("a\nb\n");
    server.stream.write("A\nB\n");
    expect(await Promise.all(answers)).toEqual(["A", "B"]);
  });

  it("throws the answer to a cancelled request away", async () => {
    const { client, server } = upstream();
    const own = cx.fork();
    const cancelled = expect(client.call("a", own)).rejects.toThrow("gone");
    const answer = client.call("b", cx);
    own.cancel(new Error("gone"));
    await cancelled;
    server.stream.write("A\nB\n");
    expect(await answer).toBe("B");
  });

  it("leaves nothing on the context of an answered request", async () => {
    const { client, server } = upstream();
    const own = cx.fork();
    const answer = client.call("a", own);
    expect(own.attached).toBe(1);
    server.stream.write("A\n");
    await answer;
    expect(own.attached).toBe(0);
  });

  it("gives up opening the connection when its scope closes", async () => {
    const reasons: Error[] = [];
    const connect = (opening: Context): Promise<never> =>
      new Promise((_, reject) => {
        opening.onCancel((reason) => {
          reasons.push(reason);
          reject(reason);
        });
      });
    const { client, scope } = upstream({ connect });
    const failed = expect(client.call("a", cx)).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
    await scope.close();
    await failed;
    expect(reasons).toHaveLength(1);
  });

  it("refuses more requests than may wait", async () => {
    const { client } = upstream({ maxPending: 1 });
    client.call("a", cx).catch(() => {});
    expect(client.status()).toBe("busy");
    await expect(client.call("b", cx)).rejects.toMatchObject({ code: "OVERLOADED" });
  });

  it("fails what is under way when the server closes, and closes its scope", async () => {
    const { client, server, scope } = upstream();
    const answer = client.call("a", cx);
    await turn();
    server.stream.end();
    await expect(answer).rejects.toThrow("the connection closed with 1 requests unanswered");
    expect(scope.closed).toBe(true);
    expect(client.status()).toBe("closed");
    await expect(client.call("b", cx)).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  });

  it("fails when the connection cannot be opened", async () => {
    const connect = (): Promise<never> => Promise.reject(new Error("nobody there"));
    const { client, scope } = upstream({ connect });
    await expect(client.call("a", cx)).rejects.toThrow("nobody there");
    expect(scope.closed).toBe(true);
  });

  it.each([
    ["an answer came to no request", "A\nB\n"],
    ["a line is empty", "\n"],
  ])("ends the connection when %s", async (message, bytes) => {
    const { client, server } = upstream();
    const first = client.call("a", cx);
    const settled = Promise.allSettled([first]);
    await turn();
    server.stream.write(bytes);
    await settled;
    await expect(client.call("b", cx)).rejects.toThrow(message);
    expect(await text(server.stream)).toBe("a\n");
  });

  it("writes what it took before it ends the connection", async () => {
    const { client, server, scope } = upstream();
    const answer = expect(client.call("a", cx)).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
    await turn();
    const closing = scope.close();
    expect(await text(server.stream)).toBe("a\n");
    server.stream.end();
    await Promise.all([closing, answer]);
  });
});

const cx = Context.background();

/** A client's end of a conversation, and what is behind the server's. */
function converse(
  options: Partial<ServePipelineOptions<string, string>> = {},
  memory: { readonly highWaterMarkBytes?: number } = {},
) {
  const [client, server] = memoryConnections(memory);
  const inner = mockService<string, string>();
  let own = new Scope();
  const service = servePipeline<string, string>({
    name: "lines",
    reader: lines,
    build: (_, scope) => {
      own = scope;
      return inner.service;
    },
    bytesOf: (line) => line.length,
    encode,
    encodeError: (error) => encode(`! ${(error as Error).message}`),
    ...options,
  });
  const over = service.call(server, cx).then(() => server.stream.end());
  return { client, inner, over, scope: () => own };
}

function upstream(options: Partial<PipelineClientOptions<string, string>> = {}) {
  const [near, server] = memoryConnections();
  const scope = new Scope();
  let opened = 0;
  const connect = async () => {
    opened += 1;
    return near;
  };
  const client = pipelineClient<string, string>({
    name: "lines",
    connect,
    scope,
    reader: lines,
    encode,
    ...options,
  });
  return { client, server, scope, opened: () => opened };
}

/** Lines that are not empty. */
function lines(): MessageReader<string> {
  let rest = "";
  return {
    push: (chunk) => {
      rest += Buffer.from(chunk).toString();
    },
    next: () => {
      const end = rest.indexOf("\n");
      if (end === 0) throw new Error("a line is empty");
      if (end === -1) return undefined;
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      return line;
    },
    end: () => {
      if (rest !== "") throw new Error("the bytes end within a line");
    },
  };
}

/** The call of that number, once it has come through the streams. */
async function called(inner: MockService<string, string>, index: number) {
  for (let turns = 0; turns < 100 && inner.calls.length <= index; turns++) await turn();
  return inner.call(index);
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
