import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { AdminClient } from "../../src/cli/admin-client/client.ts";
import { adminUrl } from "../../src/cli/admin-client/flags.ts";
import { readEvents } from "../../src/cli/admin-client/server-sent-events.ts";
import { trafficOf, watchTraffic } from "../../src/cli/admin-client/traffic.ts";
import type { Watched } from "../../src/cli/admin-client/traffic.ts";
import { events, fakeAdmin, json, text } from "./fake-admin.ts";
import type { FakeRoute } from "./fake-admin.ts";
import { now, traffic } from "./traffic-view.ts";

function clientOf(url: string, options: { readonly token?: string; readonly timeoutMs?: number } = {}) {
  return new AdminClient({ url: new URL(url), ...options });
}

describe("AdminClient", () => {
  it("says what to do where nobody listens", async () => {
    const { url } = await (async () => {
      await using gone = await fakeAdmin({});
      return gone;
    })();
    await expect(clientOf(url).get("/api/traffic")).rejects.toMatchObject({
      code: "ADMIN_UNREACHABLE",
      message: `no proxy at ${url} (connection refused): is it running, and is --admin its admin server's address?`,
    });
  });

  it.each<[number, string, string]>([
    [401, "ADMIN_DENIED", "asks for a token: --token TOKEN, or PAGODA_ADMIN_TOKEN"],
    [403, "ADMIN_DENIED", "does not allow it: set admin.allowWrites"],
    [404, "ADMIN_VERSION", "it is older than this command line"],
    [302, "ADMIN_VERSION", "sends its callers elsewhere"],
    [500, "ADMIN_ANSWER", "answered 500: set admin.allowWrites"],
    [200, "ADMIN_VERSION", "the answer is no JSON"],
  ])("names a %i as %s", async (status, code, message) => {
    await using admin = await fakeAdmin({ "/x": text("set\n admin.allowWrites", status) });
    await expect(clientOf(admin.url).get("/x")).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  it("takes the words of a refusal out of its JSON, and makes them safe", async () => {
    const body = { error: { code: "BAD_QUERY", message: "window must be 1m, got \x1b[2J" } };
    await using admin = await fakeAdmin({ "/x": json(body, 400) });
    await expect(clientOf(admin.url).get("/x")).rejects.toThrow("400: window must be 1m, got \\x1b[2J");
  });

  it("gives up on an answer that does not come", async () => {
    await using admin = await fakeAdmin({ "/x": (_request, response) => void response.write("{") });
    await expect(clientOf(admin.url, { timeoutMs: 50 }).get("/x")).rejects.toMatchObject({
      code: "ADMIN_TIMEOUT",
    });
  });

  it("shows the token", async () => {
    await using admin = await fakeAdmin({ "/x": json({}) });
    await clientOf(admin.url, { token: "secret" }).get("/x");
    expect(admin.tokens).toEqual(["Bearer secret"]);
  });

  it("does not take the JSON of another server for a view", async () => {
    await using admin = await fakeAdmin({ "/api/traffic": json({ hello: 1 }) });
    await expect(trafficOf(clientOf(admin.url), "1m")).rejects.toMatchObject({ code: "ADMIN_VERSION" });
  });

  it("does not take a page for a stream", async () => {
    await using admin = await fakeAdmin({ "/x": text("hello") });
    await expect(clientOf(admin.url).events("/x").next()).rejects.toThrow("no stream of events");
  });
});

describe("watchTraffic", () => {
  it("says that it is stale when the proxy goes, and comes back with it", async () => {
    const stop = new AbortController();
    await using admin = await fakeAdmin({ "/api/stream": events(["traffic", traffic]) });
    const seen: Watched[] = [];
    for await (const each of watchTraffic(clientOf(admin.url), "1m", {
      signal: stop.signal,
      now: () => now,
      retryMs: 1,
    })) {
      seen.push(each);
      if (seen.length === 3) stop.abort();
    }
    expect(seen.map(({ kind }) => kind)).toEqual(["view", "stale", "view"]);
    expect(seen[1]).toEqual({ kind: "stale", since: now, why: "the stream ended" });
    expect(admin.asked[0]).toBe("GET /api/stream?window=1m");
  });

  it("does not come back to what will not pass", async () => {
    let denied = false;
    const route: FakeRoute = (request, response) => {
      (denied ? text("no", 401) : events(["traffic", traffic]))(request, response);
      denied = true;
    };
    await using admin = await fakeAdmin({ "/api/stream": route });
    const { signal } = new AbortController();
    const watched = watchTraffic(clientOf(admin.url), "1m", { signal, now: () => now, retryMs: 1 });
    await watched.next();
    await watched.next();
    await expect(watched.next()).rejects.toMatchObject({ code: "ADMIN_DENIED" });
  });
});

describe("readEvents", () => {
  it("reads the same wherever the stream is split", async () => {
    const stream =
      ': hi\r\nevent: traffic\r\ndata: {"é":\r\ndata: 1}\r\n\r\ndata:√\n\nid: 7\rdata: x\r\rdata: cut';
    const bytes = Buffer.from(stream);
    const whole = [
      { event: "traffic", data: '{"é":\n1}' },
      { event: "message", data: "√" },
      { event: "message", data: "x" },
    ];
    const cuts = fc.uniqueArray(fc.nat(bytes.length), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const ends = [...at.toSorted((a, b) => a - b), bytes.length];
        async function* chunks() {
          let begin = 0;
          for (const end of ends) {
            yield bytes.subarray(begin, end);
            begin = end;
          }
        }
        const read = [];
        for await (const event of readEvents(chunks())) read.push(event);
        expect(read).toEqual(whole);
      }),
    );
  });
});

describe("--admin", () => {
  it("may leave out the scheme, and is an address alone", () => {
    expect(adminUrl().href).toBe("http://127.0.0.1:9190/");
    expect(adminUrl("proxy:9190").href).toBe("http://proxy:9190/");
    expect(adminUrl("https://proxy").href).toBe("https://proxy/");
    for (const wrong of ["", "ftp://x", "http://u:p@x", "http://x/path", "x?q"])
      expect(() => adminUrl(wrong)).toThrow("--admin must be like");
  });
});
