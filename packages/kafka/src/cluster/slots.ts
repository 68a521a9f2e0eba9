import { ProxyError, whole } from "@pagoda/core";
import { Subject } from "rxjs";
import type { Observable } from "rxjs";

/** Nodes named in an error; more are counted. */
const namedNodes = 10;

/** The cluster has more nodes than the proxy has addresses to give them. */
export class NoSlotError extends ProxyError {
  readonly code = "NO_SLOT";
  readonly retriable = false;
  readonly kind = "invalid";
  /** The node without an address. */
  readonly nodeId: number;
  /** How many slots there are. */
  readonly slots: number;

  constructor(nodeId: number, taken: readonly number[]) {
    const shown = taken.slice(0, namedNodes).join(", ");
    const more = taken.length > namedNodes ? ` and ${taken.length - namedNodes} more` : "";
    super(
      `no slot for node ${nodeId}: all ${taken.length} are taken, by nodes ${shown}${more}; ` +
        "configure more slots, at least one for every broker that the cluster may have",
    );
    this.nodeId = nodeId;
    this.slots = taken.length;
  }
}

/** A slot was given to a node. */
export interface SlotChange {
  readonly nodeId: number;
  readonly slot: number;
}

export interface SlotsOptions {
  /** How many there are: the most brokers that can be advertised. */
  readonly count: number;
}

/**
 * Which of the proxy's addresses stands for which node. A slot is given when it is first asked for,
 * and stays with its node.
 *
 * A node whose id is below the number of slots gets the slot of that number where it is free, any
 * other the first free one from the top. So replicas of a proxy that learn the same nodes agree
 * without talking, as long as they have slots for the ids or learn them in the same order.
 */
export class Slots {
  readonly count: number;
  readonly #bySlot: (number | undefined)[];
  readonly #byNode = new Map<number, number>();
  readonly #changes = new Subject<SlotChange>();

  constructor({ count }: SlotsOptions) {
    this.count = whole("count", count, 1, 65_535);
    this.#bySlot = Array.from({ length: count }, () => undefined);
  }

  /** Slots as they are given. */
  get changes(): Observable<SlotChange> {
    return this.#changes;
  }

  /** Every node that has a slot, with it. */
  get taken(): ReadonlyMap<number, number> {
    return this.#byNode;
  }

  /** The node's slot, given to it now if it has none. @throws NoSlotError */
  slotOf(nodeId: number): number {
    const known = this.#byNode.get(nodeId);
    if (known !== undefined) return known;
    const own = nodeId < this.count && this.#bySlot[nodeId] === undefined;
    const slot = own ? nodeId : this.#bySlot.lastIndexOf(undefined);
    if (slot === -1) throw new NoSlotError(nodeId, this.#bySlot as number[]);
    this.#give(nodeId, slot);
    return slot;
  }

  /** The node in a slot; undefined for a free one, and for what is no slot. */
  nodeAt(slot: number): number | undefined {
    return this.#bySlot[slot];
  }

  /** Gives a node the slot that it had before. False if that is gone, or either has another now. */
  restore(nodeId: number, slot: number): boolean {
    if (!(slot >= 0 && slot < this.count)) return false;
    if (this.#byNode.has(nodeId) || this.#bySlot[slot] !== undefined) return false;
    this.#give(nodeId, slot);
    return true;
  }

  #give(nodeId: number, slot: number): void {
    this.#bySlot[slot] = nodeId;
    this.#byNode.set(nodeId, slot);
    this.#changes.next({ nodeId, slot });
  }
}
