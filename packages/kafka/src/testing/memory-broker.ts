import type { Service } from "@pagoda/core";
import { bind, serve } from "@pagoda/tcp";
import type { Connection, ListenerServing } from "@pagoda/tcp";

import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import { brokerRequests, brokerService } from "./broker-service.ts";
import type { ClusterModel } from "./cluster-model.ts";

export interface MemoryBrokerOptions {
  readonly host: string;
  /** 0 takes a free one, and keeps it over a restart. */
  readonly port: number;
  readonly maxConnections: number;
  readonly maxFrameBytes: number;
  /** Told what ended a connection that was not closed in order. */
  readonly onError?: (error: unknown) => void;
}

/** A broker of an in-memory cluster, listening on a port of its own. */
export class MemoryBroker {
  readonly id: number;
  readonly host: string;
  /** What answers requests, without any connection: the ground of a stack under test. */
  readonly requests: Service<KafkaRequest, KafkaAnswer>;
  /** What answers its connections: for one without a network, call it with the server's end. */
  readonly service: Service<Connection, void>;
  readonly #model: ClusterModel;
  readonly #options: MemoryBrokerOptions;
  #port: number;
  #serving: ListenerServing | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(model: ClusterModel, id: number, options: MemoryBrokerOptions) {
    this.id = id;
    this.host = options.host;
    this.requests = brokerRequests(model, id, options.host);
    this.service = brokerService(model, id, options);
    this.#model = model;
    this.#options = options;
    this.#port = options.port;
  }

  get port(): number {
    return this.#port;
  }

  get isRunning(): boolean {
    return this.#serving !== undefined;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#serving?.open ?? 0;
  }

  /** Listens, on the port it had before; nothing happens if it does. @throws ListenError */
  start(): Promise<void> {
    return this.#inTurn(() => this.#start());
  }

  /** Cuts its connections and stops listening; what it led goes to the others. Nothing happens if it does not listen. */
  stop(): Promise<void> {
    return this.#inTurn(() => this.#stop());
  }

  async #start(): Promise<void> {
    if (this.#serving !== undefined) return;
    const { host, maxConnections, onError } = this.#options;
    const listener = await bind({ host, port: this.#port, name: `broker-${this.id}`, maxConnections });
    this.#port = listener.address.port;
    this.#model.place(this.id, { host, port: this.#port });
    this.#model.setUp(this.id, true);
    this.#serving = serve(listener, this.service, onError === undefined ? {} : { onError });
  }

  async #stop(): Promise<void> {
    const serving = this.#serving;
    this.#serving = undefined;
    if (serving === undefined) return;
    this.#model.setUp(this.id, false);
    await serving[Symbol.asyncDispose]();
  }

  /** One after the other: what stops a broker that is starting must not find nothing to stop. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}
