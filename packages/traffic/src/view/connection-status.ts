/** A client's connection as the admin server shows it. */
export interface ConnectionStatus {
  /** As in logs and taps; with workers, `WORKER.ID`. */
  readonly id: string;
  readonly listener: string;
  /** The client id of its last request; null before one. */
  readonly client: string | null;
  /** As `apache-kafka-java/4.3.1`; null where it did not say. */
  readonly software: string | null;
  /** Who the broker has let in; null before that. */
  readonly principal: string | null;
  readonly tls: boolean;
  /** `HOST:PORT` of the client. */
  readonly source: string;
  /** The broker it is for, by node id; `bootstrap` before one is known. */
  readonly node: string;
  /** Unix milliseconds. */
  readonly openedAt: number;
  /** So far. */
  readonly requests: number;
}
