type Listener = (reason: Error) => void;

/** One node of the tree that cancellation runs down: what is behind a `Context` and its forks. */
export class Cancellation {
  reason: Error | undefined;
  #parent: Cancellation | undefined;
  // Children first and listeners in the order added; made on first use, most forks have neither.
  #children: Set<Cancellation> | undefined;
  #listeners: Set<Listener> | undefined;
  #controller: AbortController | undefined;

  /** The node of the background context: never cancelled, and keeps nothing. */
  static readonly never: Cancellation = new Cancellation(undefined);

  constructor(parent: Cancellation | undefined) {
    if (parent === undefined || parent === Cancellation.never) return;
    if (parent.reason !== undefined) {
      this.reason = parent.reason;
      return;
    }
    this.#parent = parent;
    parent.#children ??= new Set();
    parent.#children.add(this);
  }

  get attached(): number {
    return (this.#children?.size ?? 0) + (this.#listeners?.size ?? 0);
  }

  cancel(reason: Error): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.detach();
    // The sets themselves, not copies: whoever is released or stops listening meanwhile is skipped.
    if (this.#children !== undefined) for (const child of this.#children) child.cancel(reason);
    if (this.#listeners !== undefined) for (const listener of this.#listeners) listener(reason);
    this.#children = undefined;
    this.#listeners = undefined;
    this.#controller?.abort(reason);
  }

  listen(listener: Listener): () => void {
    if (this.reason !== undefined) {
      listener(this.reason);
      return () => {};
    }
    // An own function: the same listener may be added twice.
    const entry: Listener = (reason) => listener(reason);
    this.#listeners ??= new Set();
    this.#listeners.add(entry);
    return () => this.#listeners?.delete(entry);
  }

  signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.reason !== undefined) this.#controller.abort(this.reason);
    }
    return this.#controller.signal;
  }

  detach(): void {
    const parent = this.#parent;
    if (parent === undefined) return;
    this.#parent = undefined;
    parent.#children?.delete(this);
  }
}
