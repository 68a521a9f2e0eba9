import { Context, service } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { testAuthority } from "../../test/certificates.ts";
import type { TestAuthority, TestCertificate } from "../../test/certificates.ts";
import type { Closing, Connection, TlsFacts } from "../connection.ts";
import { memoryConnections } from "../testing/memory-connections.ts";
import { serverTls } from "./server-tls.ts";
import type { ServerTls, ServerTlsOptions } from "./server-tls.ts";
import { terminateTls } from "./terminate.ts";
import type { TerminateTlsOptions } from "./terminate.ts";

let authority: TestAuthority;
let kafka: TestCertificate;
let client: TestCertificate;
let tls: ServerTls;

beforeAll(async () => {
  authority = await testAuthority();
  kafka = await authority.sign(["kafka.local"]);
  client = await authority.sign(["client"]);
  tls = await build();
});

const opened: Disposable[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each[Symbol.dispose]();
});
afterAll(() => tls[Symbol.dispose]());

async function build(options: Partial<ServerTlsOptions> = {}): Promise<ServerTls> {
  const built = await serverTls({ certificates: [kafka], reloadEveryMs: 0, ...options });
  opened.push(built);
  return built;
}

/** Answers a line that says what it knows of the connection. */
const ground = service<Connection, string>(async (connection) => {
  connection.stream.write(`hello ${connection.tls?.version ?? "in plain text"}\n`);
  return "served";
});

interface Attempt {
  readonly answer: Promise<string>;
  readonly server: Connection;
  readonly client: Connection;
}

function accept(options: Partial<TerminateTlsOptions> = {}, cx: Context = Context.background()): Attempt {
  const [client, server] = memoryConnections();
  const answer = terminateTls<Connection, string>({ tls, ...options })(ground).call(server, cx);
  // A test that looks at one side only leaves the other's failure alone.
  answer.catch(() => {});
  return { answer, server, client };
}

function speakTls({ client }: Attempt, options: ConnectionOptions = {}): TLSSocket {
  const socket = connectTls({
    socket: client.stream,
    ca: authority.cert,
    servername: "kafka.local",
    ...options,
  });
  socket.on("error", () => {});
  return socket;
}

async function facts(
  options: Partial<TerminateTlsOptions>,
  theirs: ConnectionOptions,
): Promise<TlsFacts | undefined> {
  const attempt = accept(options);
  const socket = speakTls(attempt, theirs);
  await attempt.answer;
  socket.destroy();
  attempt.server.close("drain");
  return attempt.server.tls;
}

describe("terminateTls", () => {
  it("hands the decrypted stream on, and says what TLS told", async () => {
    const attempt = accept();
    const socket = speakTls(attempt);
    expect(String(await once(socket, "data"))).toBe("hello TLSv1.3\n");
    expect(await attempt.answer).toBe("served");
    expect(attempt.server.tls).toEqual({
      version: "TLSv1.3",
      cipher: expect.stringMatching(/^TLS_/),
      serverName: "kafka.local",
      alpn: undefined,
      authorized: false,
      peerSubject: undefined,
    });
  });

  it("half-closes both ways", async () => {
    const attempt = accept();
    const socket = speakTls(attempt, { allowHalfOpen: true } as ConnectionOptions);
    socket.end("request");
    await attempt.answer;
    expect(await text(attempt.server.stream)).toBe("request");
    attempt.server.stream.end("answer");
    expect(await text(socket)).toBe("hello TLSv1.3\nanswer");
    expect((await attempt.server.closed).cause).toBe("peer_closed");
  });

  it("counts encrypted bytes", async () => {
    const attempt = accept();
    const socket = speakTls(attempt);
    await once(socket, "data");
    expect(attempt.server.bytesRead).toBe(attempt.client.bytesWritten);
    expect(attempt.server.bytesWritten).toBeGreaterThan(500);
  });

  it("agrees on a protocol, the server's best first", async () => {
    const withAlpn = await build({ alpn: ["h2", "http/1.1"] });
    expect(await facts({ tls: withAlpn }, { ALPNProtocols: ["http/1.1", "h2"] })).toMatchObject({
      alpn: "h2",
    });
    expect(await facts({ tls: withAlpn }, {})).toMatchObject({ alpn: undefined });
  });
});

describe("terminateTls refuses", () => {
  async function refusal(attempt: Attempt): Promise<unknown> {
    return attempt.answer.then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  it.each([
    ["plain HTTP", "GET / HTTP/1.1\r\n\r\n", "the client speaks plain HTTP"],
    ["another protocol", "\0\0\0\x14\0\x12\0\x04 and some more", "the client does not speak TLS"],
  ])("%s", async (_, bytes, fault) => {
    const attempt = accept();
    attempt.client.stream.on("error", () => {});
    attempt.client.stream.write(bytes);
    expect(await refusal(attempt)).toMatchObject({
      code: "TLS_HANDSHAKE",
      kind: "protocol",
      message: `TLS handshake failed: ${fault}`,
    });
  });

  it("a client that closes meanwhile", async () => {
    const attempt = accept();
    attempt.client.stream.write(Buffer.from([0x16, 3, 1]));
    attempt.client.close("drain");
    expect(await refusal(attempt)).toMatchObject({ code: "TLS_HANDSHAKE" });
  });

  it("a client that only speaks TLS 1.1, unless told otherwise", async () => {
    const attempt = accept();
    // What it takes for OpenSSL to offer it at all.
    const old = { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    speakTls(attempt, old);
    expect(await refusal(attempt)).toMatchObject({ message: /version is too old/ });
  });

  it("a client that only speaks an old version", async () => {
    const modern = await build({ minVersion: "TLSv1.3" });
    const attempt = accept({ tls: modern });
    speakTls(attempt, { maxVersion: "TLSv1.2" });
    expect(await refusal(attempt)).toMatchObject({ message: /version is too old/ });
  });

  it("a client without a certificate where one is required", async () => {
    const mutual = await build({ clients: { ca: authority.cert } });
    const attempt = accept({ tls: mutual });
    speakTls(attempt);
    expect(await refusal(attempt)).toMatchObject({
      code: "TLS_HANDSHAKE",
      message: "TLS handshake failed: the client has no certificate, and one is required",
    });
  });

  it("a client whose certificate another authority signed", async () => {
    const mutual = await build({ clients: { ca: authority.cert } });
    const stranger = await (await testAuthority("another")).sign(["client"]);
    const attempt = accept({ tls: mutual });
    speakTls(attempt, stranger);
    expect(await refusal(attempt)).toMatchObject({
      code: "TLS_HANDSHAKE",
      message: expect.stringMatching(/the client's certificate was refused \(UNABLE_TO_/),
    });
  });

  it("a connection that has closed", async () => {
    const [, server] = memoryConnections();
    server.close("drain");
    const answer = terminateTls<Connection, string>({ tls })(ground).call(server, Context.background());
    await expect(answer).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  });

  it("a handshakeTimeoutMs of 0", () => {
    expect(() => terminateTls({ tls, handshakeTimeoutMs: 0 })).toThrow("handshakeTimeoutMs must be > 0");
  });
});

describe("terminateTls with client certificates", () => {
  it("knows who the client is", async () => {
    const mutual = await build({ clients: { ca: authority.cert } });
    expect(await facts({ tls: mutual }, client)).toMatchObject({
      authorized: true,
      peerSubject: "CN=client,O=Pagoda",
    });
  });

  it("lets one without in, unauthorized, where it need not have one", async () => {
    const mutual = await build({ clients: { ca: authority.cert, required: false } });
    expect(await facts({ tls: mutual }, {})).toMatchObject({ authorized: false, peerSubject: undefined });
    expect(await facts({ tls: mutual }, client)).toMatchObject({ authorized: true });
  });

  it("knows who the client is when it resumes its session", async () => {
    const mutual = await build({ clients: { ca: authority.cert } });
    const first = accept({ tls: mutual });
    const socket = speakTls(first, client);
    const [session] = (await once(socket.resume(), "session")) as [Buffer];
    first.server.close("drain");
    const second = accept({ tls: mutual });
    const again = speakTls(second, { ...client, session });
    await second.answer;
    expect(again.isSessionReused()).toBe(true);
    expect(second.server.tls).toMatchObject({ authorized: true, peerSubject: "CN=client,O=Pagoda" });
    second.server.close("drain");
  });
});

describe("terminateTls on a clock", () => {
  const time = fakeTime();

  it("closes a client that does not get through the handshake with idle_timeout", async () => {
    const attempt = accept({ handshakeTimeoutMs: 100 });
    const settled = expect(attempt.answer).rejects.toMatchObject({
      code: "TLS_HANDSHAKE",
      kind: "timeout",
      message: "TLS handshake failed: not over within 100 ms",
    });
    await time.advance(100);
    await settled;
    const closing: Closing = await attempt.server.closed;
    expect(closing.cause).toBe("idle_timeout");
    expect(time.timers).toBe(0);
  });

  it("settles when the call is cancelled", async () => {
    const cx = Context.background().fork();
    const attempt = accept({}, cx);
    const settled = expect(attempt.answer).rejects.toThrow("gone");
    cx.cancel(new Error("gone"));
    await settled;
    expect([time.timers, cx.attached]).toEqual([0, 0]);
  });
});
