/** A broker, as clients are told of it. */
export interface ClusterNode {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  /** False while it is stopped: it leads nothing, coordinates nothing, and is not told of. */
  readonly up: boolean;
}

/** The brokers of a cluster. */
export class Nodes {
  readonly #nodes: Map<number, ClusterNode> = new Map();

  constructor(count: number) {
    for (let id = 1; id <= count; id += 1) {
      this.#nodes.set(id, { id, host: "127.0.0.1", port: 9_091 + id, up: true });
    }
  }

  get all(): readonly ClusterNode[] {
    return [...this.#nodes.values()];
  }

  get up(): readonly ClusterNode[] {
    return this.all.filter(({ up }) => up);
  }

  /** The broker that speaks for the cluster: the first that is up, -1 if none is. */
  get controllerId(): number {
    return this.up[0]?.id ?? -1;
  }

  isUp(id: number): boolean {
    return this.#nodes.get(id)?.up ?? false;
  }

  /** @throws RangeError if there is no such broker. */
  get(id: number): ClusterNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new RangeError(`no broker ${id}: they are 1 to ${this.#nodes.size}`);
    return node;
  }

  /** Changes what is told of a broker. @throws RangeError if there is no such broker. */
  set(id: number, changes: Partial<Omit<ClusterNode, "id">>): void {
    this.#nodes.set(id, { ...this.get(id), ...changes });
  }

  /** The broker that looks after `key` among those that are up: the same one for as long as they are. */
  coordinatorOf(key: string): ClusterNode | undefined {
    const all = this.all;
    let hash = 0;
    for (const character of key) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
    for (let step = 0; step < all.length; step += 1) {
      const node = all[(hash + step) % all.length];
      if (node?.up === true) return node;
    }
    return undefined;
  }
}
