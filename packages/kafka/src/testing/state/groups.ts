import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import { Group } from "./group.ts";
import type { GroupLimits } from "./group-calls.ts";

export interface GroupsLimits extends GroupLimits {
  readonly maxGroups: number;
}

/** The consumer groups of a cluster. */
export class Groups {
  readonly #limits: GroupsLimits;
  readonly #groups = new Map<string, Group>();

  constructor(limits: GroupsLimits) {
    this.#limits = limits;
  }

  get all(): readonly Group[] {
    return [...this.#groups.values()];
  }

  get(id: string): Group | undefined {
    return this.#groups.get(id);
  }

  /** The group, made if need be; undefined where that would be one too many. */
  getOrCreate(id: string): Group | undefined {
    const known = this.#groups.get(id);
    if (known !== undefined) return known;
    if (this.#groups.size >= this.#limits.maxGroups && !this.#dropVacant()) return undefined;
    const group = new Group(id, this.#limits);
    this.#groups.set(id, group);
    return group;
  }

  /** Deletes a group that has no members, or says why it cannot be. */
  delete(id: string): KafkaErrorName {
    const group = this.#groups.get(id);
    if (group === undefined) return "GROUP_ID_NOT_FOUND";
    if (group.members.length > 0) return "NON_EMPTY_GROUP";
    group.close("GROUP_ID_NOT_FOUND");
    this.#groups.delete(id);
    return "NONE";
  }

  /** Forgets what was committed for a topic, which was deleted. */
  forgetTopic(topicId: string): void {
    for (const group of this.#groups.values()) group.offsets.forget(topicId);
  }

  /** Ends all of them: whoever waits is told, and no timer is left. */
  close(): void {
    for (const group of this.#groups.values()) group.close("COORDINATOR_NOT_AVAILABLE");
  }

  #dropVacant(): boolean {
    const vacant = this.all.find(({ isVacant }) => isVacant);
    if (vacant === undefined) return false;
    vacant.close("COORDINATOR_NOT_AVAILABLE");
    return this.#groups.delete(vacant.id);
  }
}
