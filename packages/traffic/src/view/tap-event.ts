/** One request of a client with its answer, as a tap shows it. JSON. */
export interface TapEvent {
  /** `CONNECTION:CORRELATION`, as `7:1842`. */
  readonly id: string;
  /** Unix milliseconds when the request came. */
  readonly at: number;
  readonly listener: string;
  readonly connection: string;
  readonly correlationId: number;
  readonly client: string | null;
  readonly software: string | null;
  readonly principal: string | null;
  /** `HOST:PORT` of the client. */
  readonly source: string;
  /** Node id of the broker; `bootstrap` before one is known. */
  readonly broker: string;
  readonly tls: boolean;
  readonly api: string;
  readonly apiVersion: number;
  /** Bytes of the frames; 0 for one that was made here and not encoded yet. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** -1, 0 or 1 of Produce. */
  readonly acks?: number;
  readonly group?: string;
  /** Of the APIs that name topics; at most 100. */
  readonly topics?: readonly TapTopic[];
  /** Milliseconds from request to answer; null where none came. */
  readonly latencyMs: number | null;
  /** Of it: at the broker; null where it did not go there. */
  readonly brokerMs: number | null;
  /** Milliseconds from the request until it went to the broker; null where it did not. */
  readonly sentAfterMs: number | null;
  readonly throttleMs: number;
  /** The layer that answered without the broker, or null. */
  readonly answeredBy: string | null;
  /** By Kafka's names, at most 100. */
  readonly errors: readonly TapError[];
  /** Why there is no answer: the code of what failed; `none` was asked for with acks=0. */
  readonly noAnswer?: string;
  /** Records, where they were asked for. */
  readonly records?: readonly TapRecord[];
}

export interface TapTopic {
  readonly topic: string;
  readonly partitions: readonly TapPartition[];
}

export interface TapPartition {
  readonly partition: number;
  readonly records?: number;
  readonly bytes?: number;
  readonly codec?: string;
  /** Of the first record: where it was written, or read from. */
  readonly offset?: number;
}

export interface TapError {
  readonly error: string;
  /** `orders/3`, or a group; null for the whole answer. */
  readonly where: string | null;
}

/** Part of a record. Bytes that are no UTF-8 are shown as `0x...`; what is cut off ends with `…`. */
export interface TapRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number | null;
  readonly key: string | null;
  readonly headers: readonly { readonly key: string; readonly value: string | null }[];
  /** Absent where values were not asked for, or are not allowed. */
  readonly value?: string | null;
}

/** Which exchanges a tap shows: all that is said must hold. Names are exact, or `*` patterns. */
export interface TapFilter {
  readonly api?: string;
  readonly topic?: string;
  readonly client?: string;
  readonly group?: string;
  readonly connection?: string;
  /** `any`, or one error by its name. */
  readonly error?: string;
  /** Milliseconds; only what took longer. */
  readonly slowerThanMs?: number;
}

export interface TapRequest extends TapFilter {
  /** Events a second at most; what is more is left out and counted. @default 100 */
  readonly maxPerSecond?: number;
  /** Records shown of each exchange: keys and headers. @default 0 */
  readonly records?: number;
  /** Values too, where the configuration allows it. @default false */
  readonly values?: boolean;
}

/** What a tap sends: events, and now and then how many it left out since. */
export type TapMessage =
  | { readonly kind: "event"; readonly event: TapEvent }
  | {
      readonly kind: "missed";
      /** Above `maxPerSecond`. */
      readonly sampledOut: number;
      /** The buffer was full: whoever reads is too slow. */
      readonly dropped: number;
    };
