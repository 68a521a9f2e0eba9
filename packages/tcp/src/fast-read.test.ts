import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { TLSSocket } from "node:tls";

import { afterEach, describe, expect, it } from "vitest";

import type { Connection } from "./connection.ts";
import { canReadFast, readInto } from "./fast-read.ts";
import { socketConnections } from "./testing/socket-connections.ts";

const opened: Connection[] = [];

afterEach(async () => {
  for (const connection of opened) connection.close("drain");
  await Promise.all(opened.map(({ closed }) => closed));
  opened.length = 0;
});

async function sockets(): Promise<[Socket, Socket]> {
  const pair = await socketConnections();
  opened.push(...pair);
  return pair.map(({ transport }) => transport) as [Socket, Socket];
}

describe("canReadFast", () => {
  it("finds what it needs in this version of Node, on both ends", async () => {
    const [client, accepted] = await sockets();
    expect([canReadFast(client), canReadFast(accepted)]).toEqual([true, true]);
  });

  it("keeps its hands off TLS, other streams, and sockets that decode or are read that way already", async () => {
    const [client, accepted] = await sockets();
    expect(canReadFast(new Duplex())).toBe(false);
    accepted.setEncoding("utf8");
    expect(canReadFast(accepted)).toBe(false);
    readInto(client, () => false, { reuse: true });
    expect(canReadFast(client)).toBe(false);
    const [plain] = await sockets();
    expect(canReadFast(new TLSSocket(plain))).toBe(false);
  });

  it("waits for neither a socket that connects nor one that is gone", async () => {
    const [client] = await sockets();
    client.destroy();
    expect(canReadFast(client)).toBe(false);

    const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const connecting = connect((server.address() as AddressInfo).port, "127.0.0.1");
    expect(canReadFast(connecting)).toBe(false);
    await once(connecting, "close");
    server.close();
    await once(server, "close");
  });
});

describe.each([{ reuse: true }, { reuse: false }])("readInto with %o", ({ reuse }) => {
  it("hands on what had arrived before, then what comes, then the end", async () => {
    const [client, accepted] = await sockets();
    client.write("one ");
    await once(accepted, "readable");
    let got = "";
    const end = once(accepted, "end");
    readInto(accepted, (bytes) => ((got += bytes.toString()), false), { reuse });
    client.end("two");
    await end;
    expect(got).toBe("one two");
  });

  it("takes nothing while the stream is paused", async () => {
    const [client, accepted] = await sockets();
    const got: string[] = [];
    readInto(
      accepted,
      (bytes) => {
        got.push(bytes.toString());
        accepted.pause();
        return false;
      },
      { reuse },
    );
    client.write("one ");
    while (got.length === 0) await turn();
    client.write("two");
    for (let n = 0; n < 50; n++) await turn();
    expect(got).toEqual(["one "]);
    accepted.resume();
    while (got.length === 1) await turn();
    expect(got).toEqual(["one ", "two"]);
  });

  it("leaves bytes alone that were said to be in use", async () => {
    const [client, accepted] = await sockets();
    const kept: Buffer[] = [];
    const end = once(accepted, "end");
    readInto(accepted, (bytes) => (kept.push(bytes), true), { reuse });
    for (let n = 0; n < 20; n++) {
      client.write(String(n).repeat(n * 500 + 1));
      await turn();
    }
    client.end();
    await end;
    const sent = Array.from({ length: 20 }, (_, n) => String(n).repeat(n * 500 + 1)).join("");
    expect(Buffer.concat(kept).toString()).toBe(sent);
  });
});

it("reads into the same memory while nobody needs what was there", async () => {
  const [client, accepted] = await sockets();
  const memory: ArrayBufferLike[] = [];
  readInto(accepted, (bytes) => (memory.push(bytes.buffer), false), { reuse: true });
  for (let n = 1; n <= 20; n++) {
    client.write("x");
    while (memory.length < n) await turn();
  }
  expect(new Set(memory).size).toBe(1);
});

it("gives the memory of a busy connection that closed to the next one", async () => {
  const memory: ArrayBufferLike[] = [];
  for (let n = 0; n < 2; n++) {
    const [client, accepted] = await sockets();
    const seen: ArrayBufferLike[] = [];
    readInto(accepted, (bytes) => (seen.push(bytes.buffer), false), { reuse: true });
    for (let reads = 0; (seen.at(-1)?.byteLength ?? 0) < 65_536; reads++) {
      client.write(Buffer.alloc(10_000));
      while (seen.length <= reads) await turn();
    }
    memory.push(...seen.slice(-1));
    accepted.destroy();
    await once(accepted, "close");
  }
  expect(memory[1]).toBe(memory[0]);
});
