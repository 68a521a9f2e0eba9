import type { MemberProtocol } from "./group-member.ts";

/**
 * The protocol that a group works by: of those that every member knows, the one that most members
 * would rather have. Null if they have none in common.
 */
export function chooseProtocol(members: readonly (readonly MemberProtocol[])[]): string | null {
  const names = members.map((protocols) => protocols.map(({ name }) => name));
  const [first = [], ...others] = names;
  const shared = new Set(first.filter((name) => others.every((theirs) => theirs.includes(name))));
  const votes = new Map<string, number>();
  for (const preferences of names) {
    const vote = preferences.find((name) => shared.has(name));
    if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
  }
  let chosen: string | null = null;
  for (const [name, count] of votes) {
    if (chosen === null || count > (votes.get(chosen) ?? 0)) chosen = name;
  }
  return chosen;
}

/** The same protocols in the same order, with the same metadata? */
export function sameProtocols(one: readonly MemberProtocol[], other: readonly MemberProtocol[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ name, metadata }, index) => {
      const theirs = other[index];
      return theirs?.name === name && Buffer.compare(metadata, theirs.metadata) === 0;
    })
  );
}
