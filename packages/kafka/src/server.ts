import { builds, callable, milliseconds, service, tiers, whole } from "@pagoda/core";
import type { Drain, GuardedService, Scope } from "@pagoda/core";
import type { Connection } from "@pagoda/tcp";

import type { KafkaService } from "./client.ts";
import { ClientConnection } from "./client-connection.ts";
import { defaultMaxFrameBytes } from "./protocol/frame/frame-decoder.ts";

export interface ServeKafkaOptions {
  /**
   * Requests of one connection under way at once. At the limit the connection is not read until
   * one is answered.
   * @default 512
   */
  readonly maxInFlight?: number;
  /**
   * Bytes of the requests of one connection under way at once. From the limit on the connection is
   * not read until enough is answered; one request alone may be larger.
   * @default 16777216 (16 MiB)
   */
  readonly maxInFlightBytes?: number;
  /**
   * Largest request accepted, in bytes without its size. A bigger one ends the connection with
   * FRAME_TOO_LARGE before it is buffered.
   * @default 104857600 (100 MiB, Kafka's own `socket.request.max.bytes`)
   */
  readonly maxFrameBytes?: number;
  /**
   * Largest Produce request that waits in memory until all of it is there, in bytes. A bigger one is
   * handed on as it arrives, unless a layer gathers it: from where its header and acks are there. Of
   * other requests 256 KiB are waited for, where that is more: layers read those.
   * @default 32768 (32 KiB: two batches of Java's default size)
   */
  readonly cutThroughBytes?: number;
  /**
   * Largest request that a layer may gather, in bytes. `gather` of a bigger one fails with
   * FRAME_TOO_LARGE.
   * @default 104857604 (`maxFrameBytes`, where that is not given, and the size)
   */
  readonly maxGatheredBytes?: number;
  /**
   * Bytes of big answers that are taken into memory while an answer before them is not there. At the
   * limit the broker is not read, and its connection ends with FRAME_TIMEOUT in the end.
   * @default 16777216 (16 MiB)
   */
  readonly maxHeldBytes?: number;
  /**
   * Milliseconds that a request may take from its first byte to its last, while it is read; for one
   * that is handed on as it arrives, from one piece to the next. Then the connection ends with
   * FRAME_TIMEOUT.
   * @default 60000 (1 minute)
   */
  readonly frameTimeoutMs?: number;
  /**
   * Milliseconds that the client has to take the answers before a failure that ends the connection.
   * @default 2000
   */
  readonly lingerMs?: number;
  /**
   * When it starts, no further request is taken: what is under way is answered, then the connection
   * is closed. The `connectionDrain` of the call's context ends one connection in the same way.
   * @default a drain that never starts
   */
  readonly drain?: Drain;
}

/** {@link ServeKafkaOptions} with nothing left open. */
export interface ServeKafkaLimits extends Required<Omit<ServeKafkaOptions, "drain">> {
  readonly drain: Drain | undefined;
}

/** Builds what answers the requests of one connection; everything it opens belongs to `scope`. */
export type BuildKafkaService = (connection: Connection, scope: Scope) => KafkaService;

/**
 * Speaks Kafka with a client: its requests go to a service that was built for the connection, as
 * they come and without waiting for one another; the answers go back in the order of the requests,
 * as Kafka promises.
 *
 * - A call that fails is answered with the error it stands for (`errorAnswer`); where there is no
 *   such answer the connection is closed, after the answers before it.
 * - A request above `cutThroughBytes` is handed on as it arrives; those behind it wait. Where its call
 *   fails after a part of it was handed on, the connection is closed.
 * - Requests reach the `kafkaClient` of `scope` in the client's order, whatever layers do: while one
 *   waits (a layer gathers it, holds it back, or asks somebody first), those behind it are not taken.
 * - What follows a successful SaslHandshake v0 are raw tokens (`request.isRawToken`), until a frame
 *   begins as a request does.
 * - Closing `scope` ends the connection, after what is under way: `kafkaClient` does when the
 *   upstream is gone.
 * - Bytes that are no frames, or no requests, end the connection with `protocol_error`.
 *
 * The call settles when the conversation is over, the connection then being left to the caller
 * (`serve`) to close. The service is disposed of, and the scope closed, before that.
 *
 * ```ts
 * serveKafka((connection, scope) =>
 *   stack<KafkaRequest, KafkaAnswer>()
 *     .push(onApi(Metadata, { response: rewrite }))
 *     .service(kafkaClient((cx) => connect(broker, cx), scope)));
 * ```
 */
export function serveKafka(
  build: BuildKafkaService,
  options: ServeKafkaOptions = {},
): GuardedService<Connection, void> {
  callable("build", build);
  const limits: ServeKafkaLimits = {
    maxInFlight: whole("maxInFlight", options.maxInFlight ?? 512, 1),
    maxInFlightBytes: whole("maxInFlightBytes", options.maxInFlightBytes ?? 16_777_216, 1),
    maxFrameBytes: whole("maxFrameBytes", options.maxFrameBytes ?? defaultMaxFrameBytes, 1, 0x7fff_ffff),
    cutThroughBytes: whole("cutThroughBytes", options.cutThroughBytes ?? 32_768, 1),
    maxGatheredBytes: whole("maxGatheredBytes", options.maxGatheredBytes ?? 104_857_604, 1, 0x7fff_ffff),
    maxHeldBytes: whole("maxHeldBytes", options.maxHeldBytes ?? 16_777_216, 1),
    frameTimeoutMs: milliseconds("frameTimeoutMs", options.frameTimeoutMs ?? 60_000),
    lingerMs: milliseconds("lingerMs", options.lingerMs ?? 2_000),
    drain: options.drain,
  };
  // Of the connection that came last, for who shows the stack.
  let last: readonly string[] = [];
  const remembered: BuildKafkaService = (connection, scope) => {
    const built = build(connection, scope);
    last = tiers(built);
    return built;
  };
  const serve = service<Connection, void>(
    (connection, cx) => new ClientConnection(connection, limits).serve(remembered, cx),
    { name: "serveKafka" },
  );
  return builds(serve, () => last);
}
