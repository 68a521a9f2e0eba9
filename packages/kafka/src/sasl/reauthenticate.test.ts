import { Context } from "@pagoda/core";
import { fakeTime, mockService } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { Metadata, SaslAuthenticate, SaslHandshake } from "../protocol/generated/index.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import type { BrokerSession } from "./conversation.ts";
import { plain } from "./plain.ts";
import { reauthenticate } from "./reauthenticate.ts";

const cx = Context.background();
const begin = plain({ username: "alice", password: "secret" });

function build(first: Partial<BrokerSession> = {}, timeoutMs = 60_000) {
  const inner = mockService<KafkaRequest, KafkaAnswer>();
  const clock = { ms: 0 };
  const failures: Error[] = [];
  const session: BrokerSession = { lifetimeMs: 1_000, sinceMs: 0, authenticateVersion: 2, ...first };
  const onFailed = (error: Error): number => failures.push(error);
  const options = { begin, session: () => session, onFailed, now: () => clock.ms, timeoutMs };
  const outer = reauthenticate(options)(inner.service);
  return { inner, outer, clock, failures };
}

function metadata(clientId: string): KafkaRequest {
  return KafkaRequest.of(Metadata, { version: 9, body: Metadata.request.of(), clientId });
}

/** Answers the two requests of a login, which are the ones from `at` on. */
async function letIn({ inner }: ReturnType<typeof build>, at: number, errorCode = 0): Promise<void> {
  const handshake = await inner.call(at);
  expect(handshake.request.is(SaslHandshake)).toBe(true);
  handshake.respond(handshake.request.respond(SaslHandshake.response.of({ mechanisms: ["PLAIN"] })));
  const authenticate = await inner.call(at + 1);
  expect(authenticate.request.is(SaslAuthenticate)).toBe(true);
  authenticate.respond(
    authenticate.request.respond(SaslAuthenticate.response.of({ errorCode, sessionLifetimeMs: 1_000n })),
  );
}

describe("reauthenticate", () => {
  it("lets requests pass while the session is young, or has no end", async () => {
    const young = build();
    young.clock.ms = 849;
    void young.outer.call(metadata("a"), cx);
    expect((await young.inner.call(0)).request.is(Metadata)).toBe(true);
    const endless = build({ lifetimeMs: 0 });
    endless.clock.ms = 1e9;
    void endless.outer.call(metadata("a"), cx);
    expect((await endless.inner.call(0)).request.is(Metadata)).toBe(true);
  });

  it("logs in again first, and lets those who wait go on in their order", async () => {
    const stack = build();
    stack.clock.ms = 850;
    for (const clientId of ["a", "b", "c"]) void stack.outer.call(metadata(clientId), cx);
    await letIn(stack, 0);
    const next = await Promise.all([2, 3, 4].map((at) => stack.inner.call(at)));
    expect(next.map(({ request }) => request.clientId)).toEqual(["a", "b", "c"]);
    expect(stack.failures).toEqual([]);
  });

  it("says that it was not let in, and fails those who wait", async () => {
    const stack = build();
    stack.clock.ms = 850;
    const waiting = stack.outer.call(metadata("a"), cx);
    const failed = expect(waiting).rejects.toThrow("the broker says SASL_AUTHENTICATION_FAILED");
    await letIn(stack, 0, 58);
    await failed;
    expect(stack.failures).toMatchObject([{ code: "LOGIN_FAILED", reason: "auth", mechanism: "PLAIN" }]);
    expect(String(stack.failures[0])).not.toContain("secret");
  });

  it("lets nobody wait who has lost interest, and sends nothing for them", async () => {
    const stack = build();
    stack.clock.ms = 850;
    const fork = cx.fork();
    const waiting = stack.outer.call(metadata("a"), fork);
    const failed = expect(waiting).rejects.toThrow("gone");
    fork.cancel(new Error("gone"));
    await failed;
    await letIn(stack, 0);
    void stack.outer.call(metadata("b"), cx);
    expect((await stack.inner.call(2)).request.clientId).toBe("b");
    expect(fork.attached).toBe(0);
  });

  describe("before a broker that does not answer", () => {
    const time = fakeTime();

    it("gives up after timeoutMs, and says so", async () => {
      const stack = build({}, 10_000);
      stack.clock.ms = 850;
      const failed = expect(stack.outer.call(metadata("a"), cx)).rejects.toThrow("within 10000 ms");
      await stack.inner.call(0);
      await time.advance(10_000);
      await failed;
      expect(stack.failures).toMatchObject([{ code: "LOGIN_FAILED", reason: "timeout" }]);
      expect(time.timers).toBe(0);
    });
  });
});
