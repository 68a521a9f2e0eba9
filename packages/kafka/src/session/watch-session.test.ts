import { Context } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";
import type { TlsFacts } from "@pagoda/tcp";
import { describe, expect, it } from "vitest";

import {
  apiVersionsRequest,
  metadataRequest,
  metadataResponse,
  produceRequest,
  someTurns,
} from "../../test/support/wire.ts";
import { FrameStream } from "../frame/frame-stream.ts";
import { KafkaApiError } from "../errors/error-answer.ts";
import type { ApiDefinition } from "../protocol/api.ts";
import { ApiVersions, SaslAuthenticate, SaslHandshake } from "../protocol/generated/index.ts";
import type { Partially } from "../protocol/schema/defaults.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import { KafkaResponse, noResponse } from "../response.ts";
import { currentSession, KafkaSession } from "./kafka-session.ts";
import { kafkaSession } from "./watch-session.ts";

const cx = Context.background();

const certificate: TlsFacts = {
  version: "TLSv1.3",
  cipher: "TLS_AES_128_GCM_SHA256",
  serverName: undefined,
  alpn: undefined,
  authorized: true,
  peerSubject: "CN=app",
};

function build(tls?: TlsFacts) {
  const inner = mockService<KafkaRequest, KafkaAnswer>();
  const letIn = { times: 0 };
  const session = new KafkaSession({ tls }, { onLetIn: () => (letIn.times += 1) });
  const outer = kafkaSession(session)(inner.service);

  /** Sends a request, which the broker answers so. Answers how the bytes went. */
  const exchange = async <Req, Res>(
    api: ApiDefinition<Req, Res>,
    request: Partially<Req>,
    response: Partially<Res>,
  ) => {
    const version = api.versions.max;
    const made = KafkaRequest.of(api, { version, clientId: "app", body: api.request.of(request) });
    const sent = KafkaRequest.read(made.toFrame(7));
    const answer = outer.call(sent, cx);
    const call = await inner.call(inner.calls.length - 1);
    const frame = KafkaResponse.of(sent, api.response.of(response)).toFrame(7);
    const answered = KafkaResponse.read(frame, sent);
    call.respond(answered);
    expect(await answer).toBe(answered);
    expect(call.request).toBe(sent);
    expect(answered.untouched && sent.untouched).toBe(true);
  };
  const handshake = (mechanism: string, errorCode = 0) =>
    exchange(SaslHandshake, { mechanism }, { errorCode });
  const authenticate = (token: string, challenge = "", errorCode = 0) =>
    exchange(
      SaslAuthenticate,
      { authBytes: Buffer.from(token) },
      { authBytes: Buffer.from(challenge), errorCode },
    );
  const ask = async () => {
    const answer = outer.call(KafkaRequest.read(metadataRequest(7)), cx);
    const call = await inner.call(inner.calls.length - 1);
    call.respond(KafkaResponse.read(metadataResponse(7), call.request));
    await answer;
  };
  return { inner, outer, session, handshake, authenticate, ask, exchange, letIn };
}

describe("a Kafka session", () => {
  it("knows the client's id and software, and is there for the layers inside", async () => {
    const { session, outer, inner } = build();
    expect(session).toMatchObject({ clientId: null, software: undefined, authenticated: false });
    void outer.call(KafkaRequest.read(apiVersionsRequest(7, 3)), cx);
    expect(session.software).toEqual({ name: "test", version: "1" });
    expect(session.clientId).toBe("test");
    expect((await inner.call(0)).cx.get(currentSession)).toBe(session);
  });

  it("does not take a name that a broker would refuse, nor what an old client leaves out", () => {
    const { session, outer } = build();
    session.sawSoftware({ name: "bad name\n", version: "1" });
    void outer.call(KafkaRequest.read(apiVersionsRequest(7, 2)), cx);
    expect(session.software).toBeUndefined();
  });

  it("knows a PLAIN user once the broker has accepted it", async () => {
    const { session, handshake, authenticate } = build();
    await handshake("PLAIN");
    expect(session).toMatchObject({ authenticated: false, principal: undefined });
    await authenticate("\0alice\0secret");
    expect(session).toMatchObject({ authenticated: true, principal: "alice" });
    expect(session.sasl).toEqual({ mechanism: "PLAIN", principal: "alice" });
  });

  it("knows nobody when the broker refuses the token or the mechanism", async () => {
    const { session, handshake, authenticate } = build();
    await handshake("PLAIN");
    await authenticate("\0alice\0guess", "", 58);
    await handshake("PLAIN", 33);
    await authenticate("\0alice\0secret");
    expect(session).toMatchObject({ authenticated: false, principal: undefined });
  });

  it("knows a SCRAM user when the server has proved itself, not before", async () => {
    const { session, handshake, authenticate } = build();
    await handshake("SCRAM-SHA-512");
    await authenticate("n,,n=bob,r=abc", "r=abcdef,s=c2FsdA==,i=4096");
    expect(session.authenticated).toBe(false);
    await authenticate("c=biws,r=abcdef,p=cHJvb2Y=", "v=c2lnbmF0dXJl");
    expect(session.sasl).toEqual({ mechanism: "SCRAM-SHA-512", principal: "bob" });
  });

  it("does not take a second claim within one exchange", async () => {
    const { session, handshake, authenticate } = build();
    await handshake("SCRAM-SHA-256");
    await authenticate("n,,n=bob,r=abc", "r=abcdef,s=c2FsdA==,i=4096");
    await authenticate("n,,n=root,r=abc", "v=c2lnbmF0dXJl");
    expect(session.principal).toBe("bob");
  });

  it("does not take an OAuth error for success", async () => {
    const { session, handshake, authenticate } = build();
    const token = `n,,\u0001auth=Bearer e30.${Buffer.from('{"sub":"carol"}').toString("base64url")}.\u0001\u0001`;
    await handshake("OAUTHBEARER");
    await authenticate(token, '{"status":"invalid_token"}');
    expect(session.authenticated).toBe(false);
    await handshake("OAUTHBEARER");
    await authenticate(token);
    expect(session.principal).toBe("carol");
  });

  it("does not take a request that nobody answers for the broker's success", async () => {
    const { inner, outer, session, handshake, authenticate } = build();
    await handshake("GSSAPI");
    await authenticate("token", "challenge");
    const answer = outer.call(KafkaRequest.read(produceRequest(7, 0)), cx);
    (await inner.call(inner.calls.length - 1)).respond(noResponse);
    await answer;
    expect(session.authenticated).toBe(false);
  });

  it("keeps the user while it authenticates again, and takes the new facts then", async () => {
    const { session, handshake, authenticate, ask } = build();
    await handshake("PLAIN");
    await authenticate("\0alice\0secret");
    await handshake("SCRAM-SHA-256");
    await ask();
    expect(session.sasl).toEqual({ mechanism: "PLAIN", principal: "alice" });
    await authenticate("n,,n=alice,r=abc", "r=abcdef,s=c2FsdA==,i=4096");
    await authenticate("c=biws,r=abcdef,p=cHJvb2Y=", "v=c2lnbmF0dXJl");
    expect(session.sasl).toEqual({ mechanism: "SCRAM-SHA-256", principal: "alice" });
  });

  it("takes GSSAPI as done when the broker answers something else, without a name", async () => {
    const { session, handshake, authenticate, ask } = build();
    await handshake("GSSAPI");
    await ask();
    expect(session.authenticated).toBe(false);
    await authenticate("token", "challenge");
    expect(session.authenticated).toBe(false);
    await ask();
    expect(session).toMatchObject({ authenticated: true, principal: undefined });
    expect(session.sasl).toEqual({ mechanism: "GSSAPI", principal: undefined });
  });

  it("lets pass what it cannot read, unreported", async () => {
    const { session, outer, inner } = build();
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on("warning", onWarning);
    const request = KafkaRequest.read(apiVersionsRequest(7, 3).subarray(0, -1));
    void outer.call(request, cx);
    expect((await inner.call(0)).request).toBe(request);
    await someTurns();
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
    expect(session.software).toBeUndefined();
  });

  it("takes no answer for a login that is too big to be in memory, and says nothing of it", async () => {
    const { inner, outer, session, handshake } = build();
    const warnings: unknown[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on("warning", onWarning);
    await handshake("PLAIN");
    const body = SaslAuthenticate.request.of({ authBytes: Buffer.from("\0alice\0secret") });
    const sent = KafkaRequest.read(KafkaRequest.of(SaslAuthenticate, { version: 2, body }).toFrame(7));
    const answer = outer.call(sent, cx);
    const frame = KafkaResponse.of(sent, SaslAuthenticate.response.of()).toFrame(7);
    const big = KafkaResponse.cut(new FrameStream(frame, 100_000, Infinity), sent);
    (await inner.call(1)).respond(big);
    expect(await answer).toBe(big);
    await someTurns();
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
    expect(session).toMatchObject({ authenticated: false, principal: undefined });
  });

  it("goes by a certificate that is vouched for, until there is SASL", async () => {
    const { session, handshake, authenticate } = build(certificate);
    expect(session).toMatchObject({ authenticated: true, principal: "CN=app", sasl: undefined });
    await handshake("PLAIN");
    await authenticate("\0alice\0secret");
    expect(session.principal).toBe("alice");
    const stranger = new KafkaSession({ tls: { ...certificate, authorized: false } });
    expect(stranger).toMatchObject({ authenticated: false, principal: undefined });
  });

  it("says once when the broker has let the client in: by SASL", async () => {
    const { letIn, handshake, authenticate, ask, exchange } = build(certificate);
    await exchange(ApiVersions, {}, {});
    await handshake("SCRAM-SHA-256");
    await authenticate("n,,n=bob,r=abc", "r=abcdef,s=c2FsdA==,i=4096");
    await authenticate("c=biws,r=abcdef,p=cHJvb2Y=", "", 58);
    expect(letIn.times).toBe(0);
    await handshake("PLAIN");
    await authenticate("\0alice\0secret");
    await ask();
    expect(letIn.times).toBe(1);
  });

  it("says once when the broker has let the client in: by answering it", async () => {
    const { letIn, ask } = build();
    await ask();
    await ask();
    expect(letIn.times).toBe(1);
  });

  it("says so of a producer that nobody ever answers", async () => {
    const { letIn, inner, outer, session } = build();
    const answer = outer.call(KafkaRequest.read(produceRequest(7, 0)), cx);
    (await inner.call(0)).respond(noResponse);
    await answer;
    expect([letIn.times, session.authenticated]).toEqual([1, false]);
  });

  it("lets nobody in by what a layer refuses", async () => {
    const { letIn, inner, outer, session, handshake, authenticate } = build();
    await handshake("GSSAPI");
    await authenticate("token", "challenge");
    const answer = outer.call(KafkaRequest.read(metadataRequest(7)), cx);
    const call = await inner.call(inner.calls.length - 1);
    call.fail(new KafkaApiError("TOPIC_AUTHORIZATION_FAILED", "not for you"));
    await expect(answer).rejects.toMatchObject({ code: "KAFKA_API_ERROR" });
    expect([letIn.times, session.authenticated]).toEqual([0, false]);
  });
});
