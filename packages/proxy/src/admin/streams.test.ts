import { Drain } from "@pagoda/core";
import { once } from "node:events";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { NEVER, Observable, of, Subject, throwError } from "rxjs";
import { afterEach, describe, expect, it } from "vitest";

import { adminServers, fromLog } from "../../test/admin-servers.ts";
import type { StartedAdmin } from "../../test/admin-servers.ts";
import { trafficView } from "../../test/traffic-view.ts";
import type { AdminRoute, ServerSentEvent } from "./route.ts";
import { trafficRoutes } from "./traffic-routes.ts";

const servers = adminServers();
afterEach(() => servers.close());

function route(open: () => Observable<ServerSentEvent>): AdminRoute {
  return { method: "GET", path: "/api/stream", handler: () => ({ open }) };
}

/** A source of events that says how many read it. */
function source() {
  const events = new Subject<ServerSentEvent>();
  const changes = new Subject<void>();
  let readers = 0;
  const open = (): Observable<ServerSentEvent> =>
    new Observable((subscriber) => {
      readers += 1;
      const reading = events.subscribe(subscriber);
      changes.next();
      return () => {
        readers -= 1;
        reading.unsubscribe();
        changes.next();
      };
    });
  /** Resolves when so many read it. */
  const read = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (readers !== count) return;
        watching.unsubscribe();
        resolve();
      };
      const watching = changes.subscribe(check);
      check();
    });
  return { events, open, read };
}

/** Begins to read a stream. */
async function begin({ host }: StartedAdmin, path = "/api/stream") {
  const sent = request(`http://${host}${path}`, { agent: false });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return { sent, response };
}

describe("a stream of the admin server", () => {
  it("says each event as it comes, and ends with them", async () => {
    const { events, open, read } = source();
    const { response } = await begin(await servers.start([route(open)]));
    expect(response).toMatchObject({
      statusCode: 200,
      headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
    });
    await read(1);
    events.next({ event: "traffic", data: { a: "two\nlines" } });
    const [first] = (await once(response, "data")) as [Buffer];
    expect(String(first)).toBe('event: traffic\ndata: {"a":"two\\nlines"}\n\n');
    events.complete();
    expect(await text(response)).toBe("");
  });

  it("is read no more when its reader goes", async () => {
    const { open, read } = source();
    const { sent, response } = await begin(await servers.start([route(open)]));
    response.on("error", () => {});
    await read(1);
    sent.destroy();
    await read(0);
  });

  it("ends in order when the server does", async () => {
    const { open, read } = source();
    const { response } = await begin(await servers.start([route(open)]));
    await read(1);
    const rest = text(response);
    await servers.close();
    expect(await rest).toBe("");
    await read(0);
  });

  it("shows by comments that it lives", async () => {
    const started = await servers.start([route(() => NEVER)], {}, { heartbeatMs: 5 });
    const { response } = await begin(started);
    const [first] = (await once(response, "data")) as [Buffer];
    expect(String(first)).toMatch(/^(:\n\n)+$/);
  });

  it("is refused where there are too many, and taken when one has gone", async () => {
    const { open, read } = source();
    let opened = 0;
    const counted = route(() => {
      opened += 1;
      return open();
    });
    const started = await servers.start([counted], {}, { maxStreams: 2 });
    const first = await begin(started);
    first.response.on("error", () => {});
    await begin(started);
    await read(2);
    const refused = await started.ask("GET", "/api/stream");
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.body)).toMatchObject({ error: { code: "ADMIN_STREAMS" } });
    expect(opened).toBe(2);
    first.sent.destroy();
    await read(1);
    expect((await begin(started)).response.statusCode).toBe(200);
  });

  it("cuts off a reader that does not read, and says so", async () => {
    const { events, open, read } = source();
    const started = await servers.start([route(open)], {}, { maxBufferedBytes: 100_000 });
    const [host = "", port = ""] = started.host.split(":");
    const socket = connect({ host, port: Number(port) });
    socket.pause();
    socket.write(`GET /api/stream HTTP/1.1\r\nhost: ${started.host}\r\n\r\n`);
    await read(1);
    const closed = read(0);
    // The system takes some of it before anything waits here.
    const data = "x".repeat(1_000_000);
    for (let n = 0; n < 100 && fromLog(started.lines, "warn").length === 0; n++) {
      events.next({ event: "traffic", data });
    }
    await closed;
    expect(fromLog(started.lines, "warn")).toMatchObject([{ msg: expect.stringContaining("cut off") }]);
    socket.destroy();
  });

  it("has a failure of its events logged, and ends", async () => {
    const started = await servers.start([route(() => throwError(() => new Error("the secret")))]);
    expect(await started.ask("GET", "/api/stream")).toMatchObject({ status: 200, body: "" });
    expect(fromLog(started.lines, "error")).toMatchObject([{ err: { message: "the secret" } }]);
  });

  it("is not opened for HEAD", async () => {
    const { ask } = await servers.start([
      route(() => {
        throw new Error("opened");
      }),
    ]);
    expect(await ask("HEAD", "/api/stream")).toMatchObject({ status: 200, body: "" });
  });

  it("says why it could not be opened, as any answer", async () => {
    const started = await servers.start([
      route(() => {
        throw new Error("the secret");
      }),
    ]);
    const answer = await started.ask("GET", "/api/stream");
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.body)).toEqual({
      error: { code: "INTERNAL", message: "internal error; the log has it" },
    });
    expect(fromLog(started.lines, "error")).toMatchObject([{ err: { message: "the secret" } }]);
  });
});

describe("a drain", () => {
  it("ends the streams, and lets no other begin", async () => {
    const drain = new Drain();
    const release = drain.retain();
    const traffic = { view: () => trafficView(), stream: () => NEVER };
    const started = await servers.start(trafficRoutes({ traffic, tap: { open: () => NEVER }, drain }));
    const streams = await Promise.all(["/api/stream", "/api/tap"].map((path) => begin(started, path)));
    const ends = streams.map(({ response }) => text(response));
    const drained = drain.start({ deadlineMs: 1_000 });
    expect(await Promise.all(ends)).toEqual(["", ""]);
    const refused = await started.ask("GET", "/api/tap");
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.body)).toMatchObject({ error: { code: "DRAINING" } });
    release();
    await drained;
  });

  it("leaves alone a stream that has ended by itself", async () => {
    const drain = new Drain();
    const traffic = { view: () => trafficView(), stream: () => of(trafficView()) };
    const { ask } = await servers.start(trafficRoutes({ traffic, drain }));
    const { body } = await ask("GET", "/api/stream?window=10s");
    expect(body).toBe(`event: traffic\ndata: ${JSON.stringify(trafficView())}\n\n`);
    expect(await drain.start({ deadlineMs: 1_000 })).toBe("drained");
  });
});
