import { Context, Scope, stack, timeout } from "@pagoda/core";
import { ask, kafkaClient, logIn } from "@pagoda/kafka";
import type { BeginSasl, KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { ApiVersions } from "@pagoda/kafka/protocol";
import type { ApiDefinition, ApiVersionsResponse } from "@pagoda/kafka/protocol";
import { connect } from "@pagoda/tcp";
import type { ClientTls, Connection, Endpoint } from "@pagoda/tcp";

/** How to reach a broker. */
export interface Reach {
  /** Milliseconds for each step: to connect, to log in, and for each answer. */
  readonly timeoutMs: number;
  /** Undefined: plain text. */
  readonly tls: ClientTls | undefined;
  /** Undefined: without a login. */
  readonly login: BeginSasl | undefined;
}

/** Metadata of a big cluster; more is refused before it is buffered. */
const maxResponseBytes = 67_108_864;
const clientId = "pagoda-check";
/** Every broker since 2.4 has it; older ones answer in version 0. */
const apiVersionsVersion = 3;

/** A broker that answers, on one connection. */
export class BrokerTalk implements AsyncDisposable {
  readonly connection: Connection;
  /** Milliseconds that it took to connect. */
  readonly connectMs: number;
  readonly #scope = new Scope();
  readonly #service: { call(request: KafkaRequest, cx: Context): Promise<KafkaAnswer> };

  private constructor(connection: Connection, connectMs: number, timeoutMs: number) {
    this.connection = connection;
    this.connectMs = connectMs;
    const limits = { maxResponseBytes, frameTimeoutMs: timeoutMs, lingerMs: 100 };
    this.#service = stack<KafkaRequest, KafkaAnswer>()
      .push(timeout({ timeoutMs }))
      .service(kafkaClient(() => Promise.resolve(connection), this.#scope, limits));
  }

  /** Connects, and logs in where that is asked for. @throws ConnectError, LoginError */
  static async open(endpoint: Endpoint, { timeoutMs, tls, login }: Reach): Promise<BrokerTalk> {
    const cx = Context.background();
    const startedMs = performance.now();
    const connection = await connect({ ...endpoint, timeoutMs, ...(tls && { tls }) }, cx);
    const connectMs = Math.round(performance.now() - startedMs);
    try {
      if (login !== undefined) await logIn(connection, login, cx, { timeoutMs });
      return new BrokerTalk(connection, connectMs, timeoutMs);
    } catch (error) {
      connection.close("peer_closed");
      throw error;
    }
  }

  /** Asks the broker, and waits for the answer. */
  ask<Req, Res>(api: ApiDefinition<Req, Res>, version: number, body: Req): Promise<Res> {
    return ask(this.#service, api, { version, body, clientId }, Context.background());
  }

  apiVersions(): Promise<ApiVersionsResponse> {
    const body = ApiVersions.request.of({ clientSoftwareName: clientId, clientSoftwareVersion: "0" });
    return this.ask(ApiVersions, apiVersionsVersion, body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.close();
    this.connection.close("peer_closed");
  }
}

/** The newest version of `api` up to `newest` that a broker has; undefined where it has none. */
export function versionOf(
  { apiKeys }: Pick<ApiVersionsResponse, "apiKeys">,
  api: Pick<ApiDefinition<never, unknown>, "key" | "versions">,
  newest: number = api.versions.max,
): number | undefined {
  const offered = apiKeys.find(({ apiKey }) => apiKey === api.key);
  if (offered === undefined) return undefined;
  const version = Math.min(offered.maxVersion, newest);
  return version < Math.max(offered.minVersion, api.versions.min) ? undefined : version;
}
