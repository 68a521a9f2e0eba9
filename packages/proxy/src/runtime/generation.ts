import type { Drain, DrainOptions, DrainState, Scope, Service } from "@pagoda/core";
import { serve } from "@pagoda/tcp";
import type { Connection, Serving } from "@pagoda/tcp";
import { Subject } from "rxjs";

/**
 * A stack, and the connections that began with it. When another configuration takes its place it
 * gets no more of them, and is released when the last has ended.
 */
export class Generation {
  readonly service: Service<Connection, void>;
  readonly #drain: Drain;
  readonly #scope: Scope;
  readonly #accepted = new Subject<Connection>();
  readonly #serving: Serving;
  #ended: Promise<void> | undefined;

  /**
   * @param drain that the stack was built with
   * @param scope all that it stands on: closed with it
   */
  constructor(service: Service<Connection, void>, drain: Drain, scope: Scope) {
    this.service = service;
    this.#drain = drain;
    this.#scope = scope;
    this.#serving = serve(this.#accepted, service, { drain, scope });
  }

  /** Connections that are open. */
  get open(): number {
    return this.#serving.open;
  }

  accept(connection: Connection): void {
    this.#accepted.next(connection);
  }

  /** Takes nothing more. Resolves when its last connection has ended, and all of it is released. */
  retire(): Promise<void> {
    this.#accepted.complete();
    this.#ended ??= this.#serving.ended.catch(() => {}).then(() => this.#scope.close());
    return this.#ended;
  }

  /** Tells its connections to end, in order; those still there at the deadline are reset. */
  drain(options: DrainOptions): Promise<DrainState> {
    void this.retire();
    return this.#drain.start(options);
  }

  /** Ends it at once. */
  close(): Promise<void> {
    return this.#scope.close();
  }
}
