/**
 * What a connection, or the process, owns and must release: last in, first out.
 *
 * Registering with a closed scope releases at once, so that a resource opened while its owner was
 * closing cannot leak.
 */
export class Scope implements AsyncDisposable {
  // Entries, not functions: the same function may be registered twice.
  readonly #entries = new Set<Entry>();
  #closing: Promise<void> | undefined;
  #parent: Scope | undefined;

  /** What it was forked from; undefined for one that was not. */
  get parent(): Scope | undefined {
    return this.#parent;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Registers what to do when the scope closes. The function returned takes it back without
   * doing it, for something that ended by itself.
   */
  defer(release: Release): () => void {
    if (this.#closing !== undefined) {
      const late = Promise.resolve().then(release);
      this.#closing = settleBoth(this.#closing, late);
      // Whoever closes the scope sees a failure; without this the process would end first.
      this.#closing.catch(() => {});
      return () => {};
    }
    const entry: Entry = { release };
    this.#entries.add(entry);
    return () => this.#entries.delete(entry);
  }

  /** Registers something disposable, and gives it back. */
  use<T extends Disposable | AsyncDisposable>(resource: T): T {
    this.defer(() => dispose(resource));
    return resource;
  }

  /** A scope of its own that closes with this one, if it did not before. */
  fork(): Scope {
    const child = new Scope();
    child.#parent = this;
    const forget = this.defer(() => child.close());
    child.defer(forget);
    return child;
  }

  /**
   * Releases everything, one after the other, last in first out. A release that fails does not
   * stop the others.
   * @throws the failure, or an AggregateError when there are several.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const failures: unknown[] = [];
    for (const entry of [...this.#entries].toReversed()) {
      // Taken back meanwhile: a release may end what another one was registered for.
      if (!this.#entries.delete(entry)) continue;
      try {
        // oxlint-disable-next-line no-await-in-loop -- the order is the point
        await entry.release();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, `${failures.length} releases failed`);
  }
}

type Release = () => PromiseLike<void> | void;

interface Entry {
  readonly release: Release;
}

async function dispose(resource: Disposable | AsyncDisposable): Promise<void> {
  if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
  else resource[Symbol.dispose]();
}

async function settleBoth(first: Promise<void>, second: Promise<void>): Promise<void> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === "rejected") throw a.reason;
  if (b.status === "rejected") throw b.reason;
}
