import type { ClientSoftware, KafkaRequest, KafkaSession, SaslFacts } from "@pagoda/kafka";
import { apiOfKey } from "@pagoda/kafka/protocol";

import type { ApiRecord } from "./api-record.ts";
import type { Clock } from "./clock.ts";
import type { ClientRecord } from "./client-record.ts";
import { noClientName } from "./names.ts";
import type { NameLimiter } from "./names.ts";
import { isOldVersion } from "./old-versions.ts";
import type { Tables } from "./tables.ts";

export interface ConnectionClientParts {
  readonly listener: string;
  readonly names: NameLimiter;
  readonly tables: Tables;
  readonly session: Pick<KafkaSession, "software" | "sasl" | "certificateSubject">;
  readonly tls: boolean;
  readonly clock: Clock;
}

interface OwnApi {
  readonly record: ApiRecord;
  version: number;
}

/** ApiVersions and SASL: what comes before a client has logged in. */
const beforeLogin: ReadonlySet<number> = new Set([-1, 17, 18, 36]);

/** The client at the end of one connection, by the client id of its requests. */
export class ConnectionClient {
  readonly #parts: ConnectionClientParts;
  #clientId: string | null | undefined;
  #record: ClientRecord | undefined;
  #software: ClientSoftware | undefined;
  #sasl: SaslFacts | undefined;
  #toldAuth = false;
  #closed = false;
  #apis: (OwnApi | undefined)[] = [];
  /** How it has logged in; `-` for not at all. */
  auth = "-";

  constructor(parts: ConnectionClientParts) {
    this.#parts = parts;
  }

  /** Undefined before its first request. */
  get record(): ClientRecord | undefined {
    return this.#record;
  }

  /** The client of a request, with what is known of it by now. */
  asks({ clientId, apiKey }: KafkaRequest): ClientRecord {
    let record = this.#record;
    if (record === undefined || record.dropped || clientId !== this.#clientId) {
      record = this.#become(clientId);
    }
    const { session } = this.#parts;
    const { software, sasl } = session;
    if (software !== undefined && software !== this.#software) {
      this.#software = software;
      record.uses(`${software.name}/${software.version}`);
    }
    if ((!this.#toldAuth || sasl !== this.#sasl) && !beforeLogin.has(apiKey)) {
      this.#toldAuth = true;
      this.#sasl = sasl;
      this.auth = sasl?.mechanism ?? (session.certificateSubject === undefined ? "-" : "mTLS");
      record.loggedIn(this.auth);
    }
    return record;
  }

  /** What it does with an API. */
  api({ apiKey, apiVersion, api, isRawToken }: KafkaRequest): ApiRecord {
    const isKnown = isRawToken || api !== null || apiOfKey(apiKey) !== undefined;
    // Raw tokens have the key -1; what is unknown has one place.
    const at = isKnown ? apiKey + 2 : 0;
    let own = this.#apis[at];
    if (own === undefined || own.record.dropped) {
      const { listener, tables, clock } = this.#parts;
      const name = isRawToken ? "SaslToken" : isKnown ? (apiOfKey(apiKey)?.name ?? "unknown") : "unknown";
      const record = tables.api(
        listener,
        name,
        this.#record?.client ?? noClientName,
        clock.at(performance.now()),
      );
      own = this.#apis[at] = { record, version: -1 };
    }
    if (apiVersion !== own.version && api !== null) {
      own.version = apiVersion;
      own.record.version(apiVersion);
      if (isOldVersion(apiKey, apiVersion)) this.#record?.speaks(`${api.name}/v${apiVersion}`);
    }
    return own.record;
  }

  closed(): void {
    this.#leave();
    this.#closed = true;
  }

  #become(clientId: string | null): ClientRecord {
    const { listener, names, tables, tls, clock } = this.#parts;
    const name = clientId === null || clientId === "" ? noClientName : names.resolve(clientId);
    const next = tables.client(listener, name, clock.at(performance.now()));
    this.#clientId = clientId;
    if (next === this.#record) return next;
    this.#leave();
    this.#record = next;
    this.#apis = [];
    this.#software = undefined;
    this.#toldAuth = false;
    if (!this.#closed) next.connected(tls);
    return next;
  }

  #leave(): void {
    if (this.#record !== undefined && !this.#closed) this.#record.connections -= 1;
  }
}
