import type { ClientSoftware, KafkaSession } from "@pagoda/kafka";

import type { ApiClass } from "./api-class.ts";
import type { ClientTally } from "./client-tally.ts";
import type { ListenerTally } from "./listener-tally.ts";

/** The client at the end of one connection, by the client id of its requests. */
export class ClientOfConnection {
  readonly #listener: ListenerTally;
  readonly #session: KafkaSession;
  #clientId: string | null | undefined;
  #software: ClientSoftware | undefined;
  #closed = false;
  /** Its series. Undefined before its first request, and while there are no open labels. */
  tally: ClientTally | undefined;

  constructor(listener: ListenerTally, session: KafkaSession) {
    this.#listener = listener;
    this.#session = session;
  }

  request(clientId: string | null, apiClass: ApiClass): void {
    if (clientId !== this.#clientId || this.tally?.series.alive !== true) this.#become(clientId);
    const { tally } = this;
    if (tally === undefined) return;
    tally.series.touch();
    tally.request(apiClass);
    const { software } = this.#session;
    if (software !== undefined && software !== this.#software) {
      this.#software = software;
      const version = this.#listener.softwareVersion(software.version);
      tally.software({ name: software.name, version });
    }
  }

  closed(): void {
    this.#closed = true;
    this.#leave();
    this.tally = undefined;
  }

  #become(clientId: string | null): void {
    const next = this.#listener.client(clientId);
    if (next !== this.tally) {
      this.#leave();
      this.tally = next;
      this.#software = undefined;
      if (!this.#closed) next?.connected(1);
    }
    this.#clientId = clientId;
  }

  #leave(): void {
    if (this.tally?.series.alive === true) this.tally.connected(-1);
  }
}
