/**
 * First in, first out, with removal from the middle in constant time.
 *
 * Not a `Set`: after removals at its front, one has to walk over what was removed to find the first.
 */
export class LinkedList<T> {
  #first: Node<T> | undefined;
  #last: Node<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The value that has been in the list for longest. */
  get first(): T | undefined {
    return this.#first?.value;
  }

  /** Adds at the end. What it returns takes the value out again; a second time it does nothing. */
  push(value: T): () => void {
    const node: Node<T> = { value, before: this.#last, after: undefined, listed: true };
    if (this.#last === undefined) this.#first = node;
    else this.#last.after = node;
    this.#last = node;
    this.#size += 1;
    return () => this.#remove(node);
  }

  /** Takes the first value out. */
  shift(): T | undefined {
    const node = this.#first;
    if (node !== undefined) this.#remove(node);
    return node?.value;
  }

  #remove(node: Node<T>): void {
    if (!node.listed) return;
    node.listed = false;
    this.#size -= 1;
    if (node.before === undefined) this.#first = node.after;
    else node.before.after = node.after;
    if (node.after === undefined) this.#last = node.before;
    else node.after.before = node.before;
  }
}

interface Node<T> {
  readonly value: T;
  before: Node<T> | undefined;
  after: Node<T> | undefined;
  listed: boolean;
}
