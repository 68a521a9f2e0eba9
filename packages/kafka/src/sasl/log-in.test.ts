import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

import { Context } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import type { Connection } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";
import { describe, expect, it } from "vitest";

import { receive, someTurns } from "../../test/support/wire.ts";
import { ApiVersions, SaslAuthenticate, SaslHandshake } from "../protocol/generated/index.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaResponse } from "../response.ts";
import { logIn } from "./log-in.ts";
import { LoginError } from "./login-error.ts";
import type { BeginSasl } from "./mechanism.ts";
import { plain } from "./plain.ts";
import { scram } from "./scram.ts";

const cx = Context.background();
const byPlain = plain({ username: "alice", password: "secret" });

/** What a memory connection's transport has as a socket has it. */
interface Resettable {
  resetAndDestroy(): void;
}

/** A broker that answers whatever it has read with the next of `answers`; undefined: with silence. */
type Answer = (request: KafkaRequest) => KafkaResponse | undefined;

function broker(...answers: Answer[]): { near: Connection; far: Connection; asked: KafkaRequest[] } {
  const [near, far] = memoryConnections();
  const asked: KafkaRequest[] = [];
  let bytes: Buffer = Buffer.alloc(0);
  far.stream.on("data", (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
      const end = 4 + bytes.readInt32BE(0);
      const request = KafkaRequest.read(bytes.subarray(0, end));
      bytes = bytes.subarray(end);
      asked.push(request);
      const response = answers[asked.length - 1]?.(request);
      if (response !== undefined) far.stream.write(response.toFrame(request.correlationId));
    }
  });
  return { near, far, asked };
}

const versions =
  (authenticate = 2): Answer =>
  (request) =>
    request.respond(
      ApiVersions.response.of({
        apiKeys: [SaslHandshake.key, SaslAuthenticate.key].map((apiKey) => ({
          apiKey,
          minVersion: 0,
          maxVersion: apiKey === SaslHandshake.key ? 1 : authenticate,
        })),
      }),
    );
const handshake =
  (errorCode = 0, ...mechanisms: string[]): Answer =>
  (request) =>
    request.respond(SaslHandshake.response.of({ errorCode, mechanisms }));
type Authenticated = Parameters<typeof SaslAuthenticate.response.of>[0];
const authenticate =
  (body: Authenticated = {}): Answer =>
  (request) =>
    request.respond(SaslAuthenticate.response.of(body));

function tokenOf(request: KafkaRequest | undefined): string {
  if (request?.is(SaslAuthenticate) !== true) throw new Error("no SaslAuthenticate");
  return Buffer.from((request.body as { authBytes: Uint8Array }).authBytes).toString();
}

async function failureOf(near: Connection, begin: BeginSasl = byPlain): Promise<LoginError> {
  const error: unknown = await logIn(near, begin, cx).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(LoginError);
  expect(String((error as LoginError).stack)).not.toContain("secret");
  return error as LoginError;
}

describe("logIn", () => {
  it("says in the newest version what PLAIN has to say, and how long that is good for", async () => {
    const { near, asked } = broker(versions(), handshake(), authenticate({ sessionLifetimeMs: 3_000n }));
    const session = await logIn(near, byPlain, cx);
    expect(session).toMatchObject({ lifetimeMs: 3_000, authenticateVersion: 2 });
    expect(asked.map(({ apiKey, apiVersion }) => [apiKey, apiVersion])).toEqual([
      [ApiVersions.key, 0],
      [SaslHandshake.key, 1],
      [SaslAuthenticate.key, 2],
    ]);
    expect(tokenOf(asked[2])).toBe("\0alice\0secret");
  });

  it("speaks to a broker that knows no session lifetime", async () => {
    const { near, asked } = broker(versions(0), handshake(), authenticate());
    expect(await logIn(near, byPlain, cx)).toMatchObject({ lifetimeMs: 0, authenticateVersion: 0 });
    expect(asked[2]?.apiVersion).toBe(0);
  });

  it("takes no byte of what comes behind the login", async () => {
    const { near } = broker(versions(), handshake(), (request) => {
      const response = request.respond(SaslAuthenticate.response.of());
      const frame = response.toFrame(request.correlationId);
      const both = Buffer.concat([frame, Buffer.from("rest")]);
      return { toFrame: () => both } as unknown as KafkaResponse;
    });
    await logIn(near, byPlain, cx);
    const received = receive(near);
    await someTurns();
    expect(Buffer.concat(received.chunks).toString()).toBe("rest");
  });

  it("proves itself by SCRAM to a broker that checks, which does so in turn", async () => {
    const salt = Buffer.from("pepper");
    const salted = pbkdf2Sync("secret", salt, 4096, 32, "sha256");
    const mac = (key: Uint8Array, said: string): Buffer => createHmac("sha256", key).update(said).digest();
    const said: string[] = [];
    const { near } = broker(
      versions(),
      handshake(),
      (request) => {
        const bare = tokenOf(request).slice(3);
        const challenge = `r=${bare.slice(bare.indexOf("r=") + 2)}+,s=${salt.toString("base64")},i=4096`;
        said.push(bare, challenge);
        return authenticate({ authBytes: Buffer.from(challenge) })(request);
      },
      (request) => {
        const [final = "", proof = ""] = tokenOf(request).split(",p=");
        const whole = [...said, final].join(",");
        const stored = createHash("sha256").update(mac(salted, "Client Key")).digest();
        const signature = mac(stored, whole);
        const key = Buffer.from(proof, "base64").map((byte, at) => byte ^ (signature[at] ?? 0));
        expect(createHash("sha256").update(key).digest()).toEqual(stored);
        const verifier = mac(mac(salted, "Server Key"), whole).toString("base64");
        return authenticate({ authBytes: Buffer.from(`v=${verifier}`) })(request);
      },
    );
    await logIn(near, scram({ hash: "SHA-256", username: "alice", password: "secret" }), cx);
    expect.assertions(1);
  });

  it("names what the broker takes instead of the mechanism", async () => {
    const { near } = broker(versions(), handshake(33, "GSSAPI", "OAUTHBEARER"));
    expect((await failureOf(near)).message).toMatch(
      /^cannot log in to .* by PLAIN: the broker says UNSUPPORTED_SASL_MECHANISM \(it takes GSSAPI, OAUTHBEARER\)$/,
    );
  });

  it("names the broker's own error, and never the password", async () => {
    const refused = authenticate({ errorCode: 58, errorMessage: "Invalid credentials" });
    const error = await failureOf(broker(versions(), handshake(), refused).near);
    expect(error.message).toContain("SASL_AUTHENTICATION_FAILED (Invalid credentials)");
    expect(error).toMatchObject({ reason: "auth", mechanism: "PLAIN", code: "LOGIN_FAILED" });
  });

  it("is closed, and not refused, when the connection is reset", async () => {
    const gone = broker(() => {
      (gone.far.transport as unknown as Resettable).resetAndDestroy();
      return undefined;
    });
    expect(await failureOf(gone.near)).toMatchObject({ reason: "closed" });
  });

  it("shows no more of a broker's words than fits on a line", async () => {
    const words = `no\r\n\u001b[2J${"x".repeat(1_000)}`;
    const refused = authenticate({ errorCode: 58, errorMessage: words });
    const said = await failureOf(broker(versions(), handshake(), refused).near);
    expect(said.message).toContain("(no [2Jxxx");
    const offered = await failureOf(broker(versions(), handshake(33, words)).near);
    for (const { message, cause } of [said, offered]) {
      expect(message.length).toBeLessThan(400);
      expect(`${message}${String(cause)}`).not.toMatch(/\p{Cc}/u);
    }
  });

  it("takes no longer than the deadline of its context leaves", async () => {
    const { near } = broker();
    const late = cx.fork({ deadlineMs: performance.now() });
    await expect(logIn(near, byPlain, late)).rejects.toMatchObject({ reason: "timeout" });
  });

  it("does not follow a broker that always asks for one more message", async () => {
    const begin: BeginSasl = () => ({
      name: "X",
      first: () => Buffer.from("a"),
      next: async () => Buffer.from("a"),
    });
    const { near, asked } = broker(
      versions(),
      handshake(),
      ...Array.from({ length: 20 }, () => authenticate()),
    );
    expect((await failureOf(near, begin)).message).toContain("not had enough after 10 messages");
    expect(asked).toHaveLength(12);
  });

  it("fails where the broker hangs up, or says what makes no sense", async () => {
    const gone = broker(() => void gone.far.stream.end());
    expect(await failureOf(gone.near)).toMatchObject({
      message: expect.stringContaining("the broker closed the connection") as string,
      reason: "closed",
    });
    const noise = broker(() => void noise.far.stream.write("HTTP/1.1 400 Bad Request\r\n\r\n"));
    expect(await failureOf(noise.near)).toMatchObject({
      message: expect.stringContaining("makes no sense") as string,
      reason: "protocol",
    });
    const other = broker((request) => {
      const frame = versions()(request)?.toFrame(request.correlationId + 1);
      return { toFrame: () => frame } as unknown as KafkaResponse;
    });
    expect((await failureOf(other.near)).message).toContain("correlation id 1, not 0");
  });

  it("ends with the reason of a context that is cancelled", async () => {
    const { near } = broker();
    const fork = cx.fork();
    const login = logIn(near, byPlain, fork);
    fork.cancel(new Error("drained"));
    await expect(login).rejects.toThrow("drained");
  });

  describe("before a broker that is slow", () => {
    const time = fakeTime();

    it("takes no longer than timeoutMs for the whole login", async () => {
      const { near } = broker(
        () => undefined,
        () => undefined,
      );
      const failed = expect(logIn(near, byPlain, cx, { timeoutMs: 1_000 })).rejects.toThrow(
        "not logged in within 1000 ms",
      );
      await time.advance(1_000);
      await failed;
      expect(time.timers).toBe(0);
    });

    it("counts what earlier answers took", async () => {
      const later: [number, Answer][] = [
        [600, versions()],
        [600, handshake()],
        [600, authenticate()],
      ];
      const slow = broker(
        ...later.map(([ms, answer]): Answer => (request) => {
          setTimeout(() => {
            slow.far.stream.write(answer(request)?.toFrame(request.correlationId));
          }, ms);
          return undefined;
        }),
      );
      const failed = expect(logIn(slow.near, byPlain, cx, { timeoutMs: 1_000 })).rejects.toThrow(
        "not logged in within 1000 ms",
      );
      for (let step = 0; step < 20; step++) {
        await someTurns();
        await time.advance(100);
      }
      await failed;
      expect(slow.asked).toHaveLength(2);
    });
  });
});
