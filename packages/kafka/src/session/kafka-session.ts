import { contextKey } from "@pagoda/core";
import type { ContextKey } from "@pagoda/core";
import type { Connection } from "@pagoda/tcp";

import { SaslExchange } from "./sasl-exchange.ts";
import type { SaslFacts } from "./sasl-exchange.ts";

/** The client library, as it names itself in ApiVersions (KIP-511). */
export interface ClientSoftware {
  readonly name: string;
  readonly version: string;
}

export interface KafkaSessionOptions {
  /**
   * Called once, when the broker has let the client in: SASL has succeeded, or it was answered what
   * only those are who need none, or have it behind them. Must not throw.
   */
  readonly onLetIn?: () => void;
}

/**
 * What is known of the client at the other end of one connection. It learns as requests and answers
 * pass; nothing that it keeps is secret.
 *
 * ```ts
 * const session = new KafkaSession(connection);
 * stack<KafkaRequest, KafkaAnswer>().push(kafkaSession(session)).service(broker);
 * ```
 */
export class KafkaSession {
  readonly #connection: Pick<Connection, "tls">;
  #clientId: string | null = null;
  #software: ClientSoftware | undefined;
  #sasl: SaslFacts | undefined;
  #exchange: SaslExchange | undefined;
  #onLetIn: (() => void) | undefined;

  constructor(connection: Pick<Connection, "tls">, { onLetIn }: KafkaSessionOptions = {}) {
    this.#connection = connection;
    this.#onLetIn = onLetIn;
  }

  /** The client id of the last request that had one. */
  get clientId(): string | null {
    return this.#clientId;
  }

  /** Undefined for a client that does not say (ApiVersions before version 3). */
  get software(): ClientSoftware | undefined {
    return this.#software;
  }

  /** How the client has authenticated by SASL; undefined before the broker has accepted it. */
  get sasl(): SaslFacts | undefined {
    return this.#sasl;
  }

  /** Subject of the client's certificate, where this proxy's authorities vouch for it. */
  get certificateSubject(): string | undefined {
    const { tls } = this.#connection;
    return tls?.authorized === true ? tls.peerSubject : undefined;
  }

  /** Who the client is: by SASL where it used that, else by its certificate. */
  get principal(): string | undefined {
    return this.#sasl === undefined ? this.certificateSubject : this.#sasl.principal;
  }

  /** Whether the broker has accepted it by SASL, or this proxy by its certificate. */
  get authenticated(): boolean {
    return this.#sasl !== undefined || this.certificateSubject !== undefined;
  }

  // What follows is for whoever sees the bytes: the layer `kafkaSession`, and what passes raw tokens.

  sawClientId(clientId: string | null): void {
    if (clientId !== null) this.#clientId = clientId;
  }

  /** Names that a broker would refuse are not kept. */
  sawSoftware({ name, version }: ClientSoftware): void {
    if (softwareName.test(name) && softwareName.test(version)) this.#software = { name, version };
  }

  /**
   * The broker has agreed to a mechanism: tokens follow. When the client authenticates again
   * (KIP-368), it stays who it was until the broker has accepted that.
   */
  saslStarted(mechanism: string): void {
    this.#exchange = new SaslExchange(mechanism);
  }

  /** The broker took a token, and answered with a challenge or success. */
  saslStep(token: Uint8Array, challenge: Uint8Array): void {
    if (this.#exchange?.step(token, challenge) === true) this.#accept(this.#exchange);
  }

  saslFailed(): void {
    this.#exchange = undefined;
    this.#sasl = undefined;
  }

  /** The broker has answered what it answers only to those who have authenticated. */
  sawService(): void {
    if (this.#exchange?.openEnded === true) this.#accept(this.#exchange);
    this.letIn();
  }

  /**
   * The client is in. Of Produce with acks=0, too, which nobody answers: a broker closes the
   * connection where it does not take it.
   */
  letIn(): void {
    const told = this.#onLetIn;
    this.#onLetIn = undefined;
    told?.();
  }

  #accept(exchange: SaslExchange): void {
    this.#sasl = exchange.facts;
    this.#exchange = undefined;
    this.letIn();
  }
}

/** What brokers take for a name or version of software (KIP-511). */
const softwareName = /^[a-z\d](?:[a-z\d.-]*[a-z\d])?$/i;

/** The session of the connection that a request came by, for layers inside of `kafkaSession`. */
export const currentSession: ContextKey<KafkaSession | undefined> = contextKey<KafkaSession | undefined>(
  "kafka.session",
  undefined,
);
