import { service, whole, milliseconds } from "@pagoda/core";
import type { Context, GuardedService, Scope, Service } from "@pagoda/core";
import type { Connection } from "@pagoda/tcp";

import type { KafkaAnswer, KafkaRequest } from "./request.ts";
import { UpstreamConnection } from "./upstream-connection.ts";

/** A service that answers Kafka requests: a broker, or layers before one. */
export type KafkaService = Service<KafkaRequest, KafkaAnswer>;

export interface KafkaClientOptions {
  /**
   * Largest response accepted, in bytes without its size. A bigger one ends the connection with
   * FRAME_TOO_LARGE before it is buffered.
   * @default 2147483647 (what the size can say: a broker is trusted to keep to what was asked for)
   */
  readonly maxResponseBytes?: number;
  /**
   * Largest response that waits in memory until all of it is there, in bytes. A bigger one is handed
   * on as it arrives, unless a layer gathers it.
   * @default 65536 (64 KiB, what one read of a socket brings)
   */
  readonly cutThroughBytes?: number;
  /**
   * Largest response that a layer may gather, in bytes. `gather` of a bigger one fails with
   * FRAME_TOO_LARGE.
   * @default 104857600 (100 MiB)
   */
  readonly maxGatheredBytes?: number;
  /**
   * Milliseconds that a response may take from its first byte to its last, while it is read; for one
   * that is cut through, from one piece to the next, and until somebody takes it. Then the
   * connection ends with FRAME_TIMEOUT.
   * @default 60000 (1 minute)
   */
  readonly frameTimeoutMs?: number;
  /**
   * Requests that may wait for an answer, cancelled ones included until theirs comes. One more fails
   * with OVERLOADED. `serveKafka` bounds a client to less.
   * @default 10000
   */
  readonly maxPending?: number;
  /**
   * Milliseconds that the broker has, once `scope` closes, to take what was written and to close in
   * turn.
   * @default 2000
   */
  readonly lingerMs?: number;
}

/** {@link KafkaClientOptions} with nothing left open. */
export type KafkaClientLimits = Required<KafkaClientOptions>;

/**
 * The service on the ground of a Kafka stack: sends requests over one connection to a broker, which
 * it opens for the first one, and matches the answers, which come in the order of the requests.
 *
 * - Requests that come before the connection is open wait, in order.
 * - Below `serveKafka`, with its scope or a fork of it, they come in the client's order: see there.
 * - An answer with another correlation id than the one it is the turn of ends the connection with
 *   CORRELATION_MISMATCH: whoever went on would hand one client's data to the wrong request.
 * - When the connection ends, every request under way fails with UPSTREAM_CLOSED, which is
 *   retriable, and so does every later one: a connection has a state (authentication, quotas, fetch
 *   sessions) that another one would not have. `scope` is closed, so that what was built on it ends:
 *   give it a fork of its own (`scope.fork()`) if other things shall live on.
 * - A request with `own` gets a correlation id that none under way has; the client's keep theirs.
 * - Produce with acks=0 is answered `noResponse` as soon as the connection has taken its bytes.
 * - A response above `cutThroughBytes` is handed on as it arrives. A layer sends it on, gathers it or
 *   discards it; one that does none of these ends the connection with FRAME_TIMEOUT.
 * - A request that is not `whole` is sent as it arrives, others being held until then. One that
 *   breaks off ends the connection with REQUEST_CUT_OFF.
 * - While whoever asked takes answers slowly (`responseFlow`) the connection is not read.
 *
 * It has no time limits for answers: push `timeout` above it.
 *
 * @param connect opens the connection; the context is cancelled when `scope` closes.
 */
export function kafkaClient(
  connect: (cx: Context) => Promise<Connection>,
  scope: Scope,
  options: KafkaClientOptions = {},
): GuardedService<KafkaRequest, KafkaAnswer> {
  const limits: KafkaClientLimits = {
    maxResponseBytes: whole("maxResponseBytes", options.maxResponseBytes ?? 0x7fff_ffff, 1, 0x7fff_ffff),
    cutThroughBytes: whole("cutThroughBytes", options.cutThroughBytes ?? 65_536, 8),
    maxGatheredBytes: whole("maxGatheredBytes", options.maxGatheredBytes ?? 104_857_600, 8, 0x7fff_ffff),
    frameTimeoutMs: milliseconds("frameTimeoutMs", options.frameTimeoutMs ?? 60_000),
    maxPending: whole("maxPending", options.maxPending ?? 10_000, 1),
    lingerMs: milliseconds("lingerMs", options.lingerMs ?? 2_000),
  };
  const upstream = new UpstreamConnection(connect, scope, limits);
  return service((request, cx) => upstream.call(request, cx), {
    name: "kafkaClient",
    status: () => upstream.status,
    dispose: () => upstream.close(),
  });
}
