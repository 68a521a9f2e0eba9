import { CancelledError, Context, Drain, ProxyError, Scope, service } from "@pagoda/core";
import { fakeTime, mockService } from "@pagoda/core/testing";
import { text } from "node:stream/consumers";
import { of, Subject, throwError } from "rxjs";
import { describe, expect, it } from "vitest";

import type { Connection } from "./connection.ts";
import { serve } from "./serve.ts";
import { memoryConnections } from "./testing/memory-connections.ts";

class NotAllowed extends ProxyError {
  readonly code = "NOT_ALLOWED";
  readonly retriable = false;
  readonly kind = "denied";
}

function build() {
  const mock = mockService<Connection, void>();
  const connections = new Subject<Connection>();
  return { mock, connections };
}

describe("serve", () => {
  it("calls the service for each connection", async () => {
    const { mock, connections } = build();
    const serving = serve(connections, mock.service);
    const [, first] = memoryConnections();
    const [, second] = memoryConnections();
    connections.next(first);
    connections.next(second);
    expect([(await mock.call(0)).request, (await mock.call(1)).request]).toEqual([first, second]);
    expect(serving.open).toBe(2);
    await serving[Symbol.asyncDispose]();
    expect(serving.open).toBe(0);
  });

  it("ends a connection in order when its call is over", async () => {
    const { mock, connections } = build();
    const serving = serve(connections, mock.service);
    const [client, server] = memoryConnections();
    connections.next(server);
    const call = await mock.call(0);
    server.stream.write("last words");
    client.stream.write("bytes that nobody reads");
    call.respond();
    expect(await text(client.stream)).toBe("last words");
    client.stream.end();
    expect(await server.closed).toEqual({ cause: "peer_closed", error: undefined });
    await turn();
    expect(serving.open).toBe(0);
  });

  it.each([
    ["policy", new NotAllowed("no")],
    ["protocol_error", Object.assign(new Error("garbage"), { code: "EPROTO" })],
    ["io_error", Object.assign(new Error("upstream reset"), { code: "ECONNRESET" })],
    ["io_error", new Error("a defect")],
  ])("closes a connection with %s when its call fails with %s", async (cause, error) => {
    const { mock, connections } = build();
    const seen: unknown[] = [];
    serve(connections, mock.service, { onError: (error, connection) => seen.push(error, connection) });
    const [, server] = memoryConnections();
    connections.next(server);
    (await mock.call(0)).fail(error);
    expect(await server.closed).toEqual({ cause, error });
    await turn();
    expect(seen).toEqual([error, server]);
  });

  it("closes a connection whose service throws", async () => {
    const connections = new Subject<Connection>();
    serve(connections, {
      call: () => {
        throw new Error("thrown, not rejected");
      },
    });
    const [, server] = memoryConnections();
    connections.next(server);
    expect(await server.closed).toMatchObject({
      cause: "io_error",
      error: { message: "thrown, not rejected" },
    });
  });

  it("cancels the call when its connection closes, and does not call that a failure", async () => {
    const { mock, connections } = build();
    const seen: unknown[] = [];
    const serving = serve(connections, mock.service, { onError: (error) => seen.push(error) });
    const [client, server] = memoryConnections();
    connections.next(server);
    const { cx } = await mock.call(0);
    client.close("drain");
    server.stream.resume().end();
    await server.closed;
    await turn();
    expect(cx.reason).toMatchObject({
      code: "CONNECTION_CLOSED",
      message: "the connection closed (peer_closed)",
    });
    expect(cx.attached).toBe(0);
    expect(seen).toEqual([]);
    expect(serving.open).toBe(0);
  });

  it("tells of a failure that only shows once the connection has closed", async () => {
    const connections = new Subject<Connection>();
    const seen: unknown[] = [];
    const refused = new NotAllowed("certificate refused");
    const late = service<Connection, void>(async ({ closed }) => {
      await closed;
      throw refused;
    });
    serve(connections, late, { onError: (error) => seen.push(error) });
    const [, server] = memoryConnections();
    connections.next(server);
    server.close("policy");
    await server.closed;
    await turn();
    expect(seen).toEqual([refused]);
  });

  it("gives the reset as the cause of the cancellation", async () => {
    const { mock, connections } = build();
    serve(connections, mock.service);
    const [client, server] = memoryConnections();
    connections.next(server);
    const { cx } = await mock.call(0);
    server.stream.write("unread");
    await turn();
    client.close("policy");
    await server.closed;
    await turn();
    expect(cx.reason).toMatchObject({ code: "CONNECTION_CLOSED", cause: { code: "ECONNRESET" } });
  });

  it("closes the connection when the call's context is cancelled", async () => {
    const { mock, connections } = build();
    serve(connections, mock.service);
    const [[, denied], [, left]] = [memoryConnections(), memoryConnections()];
    connections.next(denied);
    connections.next(left);
    (await mock.call(0)).cx.cancel(new NotAllowed("principal removed"));
    (await mock.call(1)).cx.cancel(new CancelledError());
    expect(await denied.closed).toMatchObject({ cause: "policy", error: { message: "principal removed" } });
    expect(await left.closed).toMatchObject({ cause: "drain" });
  });

  it("closes every connection when the parent context is cancelled", async () => {
    const { mock, connections } = build();
    const cx = Context.background().fork();
    serve(connections, mock.service, { cx });
    const [, server] = memoryConnections();
    connections.next(server);
    await mock.call(0);
    cx.cancel();
    expect((await server.closed).cause).toBe("drain");
  });

  it("leaves nothing on the parent context once it has ended", async () => {
    const { mock, connections } = build();
    const cx = Context.background().fork();
    const serving = serve(connections, mock.service, { cx });
    const [, server] = memoryConnections();
    connections.next(server);
    await serving[Symbol.asyncDispose]();
    expect(cx.attached).toBe(0);
  });

  it("ends when the source completes and the last connection has closed", async () => {
    const { mock } = build();
    const [, server] = memoryConnections();
    const serving = serve(of(server), mock.service);
    expect(serving.open).toBe(1);
    server.close("policy");
    await serving.ended;
    expect(serving.open).toBe(0);
  });

  it("rejects `ended` when accepting fails", async () => {
    const { mock } = build();
    await expect(
      serve(
        throwError(() => new Error("port in use")),
        mock.service,
      ).ended,
    ).rejects.toThrow("port in use");
  });

  it("refuses a connection that comes after it stopped", async () => {
    const { mock } = build();
    const [, server] = memoryConnections();
    const drain = new Drain();
    await drain.start({ deadlineMs: 1_000 });
    const serving = serve(of(server), mock.service, { drain });
    await serving.ended;
    expect((await server.closed).cause).toBe("drain");
    expect(mock.calls).toEqual([]);
  });

  it("closes what is open when its scope closes", async () => {
    const { mock, connections } = build();
    const scope = new Scope();
    const serving = serve(connections, mock.service, { scope });
    const [, server] = memoryConnections();
    connections.next(server);
    await scope.close();
    await serving.ended;
    expect((await server.closed).cause).toBe("drain");
    expect(connections.observed).toBe(false);
  });

  it("knows where it listens", async () => {
    const connections = new Subject<Connection>();
    const address = { host: "192.0.2.1", port: 9092 };
    const close = (): Promise<void> => Promise.resolve();
    const limit = (): void => {};
    const listener = { name: "t", address, connections, open: 0, limit, close, [Symbol.asyncDispose]: close };
    expect(
      serve(
        listener,
        service(async () => {}),
      ).address,
    ).toEqual(address);
  });
});

describe("serve on a clock", () => {
  const time = fakeTime();

  it("closes a finished connection whose other side does not, after lingerMs", async () => {
    const { mock, connections } = build();
    serve(connections, mock.service, { lingerMs: 100 });
    const [, server] = memoryConnections();
    connections.next(server);
    (await mock.call(0)).respond();
    await time.advance(100);
    expect((await server.closed).cause).toBe("idle_timeout");
    await turn();
    expect(time.timers).toBe(0);
  });

  it("stops accepting when the drain starts, and lets connections finish", async () => {
    const { mock, connections } = build();
    const drain = new Drain();
    const serving = serve(connections, mock.service, { drain });
    const [client, server] = memoryConnections();
    connections.next(server);
    const call = await mock.call(0);
    const drained = drain.start({ deadlineMs: 1_000 });
    await turn();
    expect(connections.observed).toBe(false);
    expect(call.cx.cancelled).toBe(false);
    server.stream.end("the answer");
    expect(await text(client.stream)).toBe("the answer");
    client.stream.end();
    call.respond();
    expect(await drained).toBe("drained");
    await serving.ended;
    expect(time.timers).toBe(0);
  });

  it("closes what is left at the drain's deadline with `drain`", async () => {
    const { mock, connections } = build();
    const drain = new Drain();
    const serving = serve(connections, mock.service, { drain });
    const [, server] = memoryConnections();
    connections.next(server);
    await mock.call(0);
    const forced = drain.start({ deadlineMs: 1_000 });
    await time.advance(1_000);
    expect(await forced).toBe("forced");
    expect((await server.closed).cause).toBe("drain");
    await serving.ended;
    expect(time.timers).toBe(0);
  });

  it("refuses a lingerMs of 0", () => {
    expect(() =>
      serve(new Subject<Connection>(), mockService<Connection, void>().service, { lingerMs: 0 }),
    ).toThrow("lingerMs must be > 0");
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
