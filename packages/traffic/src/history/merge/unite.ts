/** Rows of the same key of several lists as one, in the order in which keys were first seen. */
export function uniteBy<Row>(
  lists: readonly (readonly Row[])[],
  keyOf: (row: Row) => string,
  merge: (one: Row, other: Row) => Row,
): readonly Row[] {
  if (lists.length === 1) return lists[0] ?? [];
  const rows = new Map<string, Row>();
  for (const row of lists.flat()) {
    const key = keyOf(row);
    const known = rows.get(key);
    rows.set(key, known === undefined ? row : merge(known, row));
  }
  return [...rows.values()];
}

/** The sums of the numbers that both rows have by these names. */
export function added<Name extends string>(
  one: Readonly<Record<Name, number>>,
  other: Readonly<Record<Name, number>>,
  names: readonly Name[],
): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as Record<Name, number>;
}

/** Each once, in order, `most` at most. Which are left out does not depend on who is merged first. */
export function united(one: readonly string[], other: readonly string[], most: number): readonly string[] {
  return [...new Set([...one, ...other])].toSorted().slice(0, most);
}
