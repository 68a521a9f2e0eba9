/** What a table sorts by. Null comes last, whichever the direction. */
export type SortValue = string | number | null;

export interface Sort {
  readonly column: string;
  readonly direction: "ascending" | "descending";
}

/** Rows in order; those that are equal stay as they came. */
export function sortedRows<Row>(
  rows: readonly Row[],
  valueOf: (row: Row) => SortValue,
  direction: Sort["direction"],
): readonly Row[] {
  const sign = direction === "ascending" ? 1 : -1;
  return rows.toSorted((a, b) => {
    const [left, right] = [valueOf(a), valueOf(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === "number" && typeof right === "number") return sign * (left - right);
    return sign * String(left).localeCompare(String(right), undefined, { numeric: true });
  });
}

/** Rows that hold every word of the filter, in any case. */
export function filteredRows<Row>(
  rows: readonly Row[],
  textOf: (row: Row) => string,
  filter: string,
): readonly Row[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = textOf(row).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Rows in the order they had, so that nothing moves under the pointer; new ones come last. */
export function heldRows<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  order: readonly string[],
): readonly Row[] {
  const place = new Map(order.map((key, n) => [key, n]));
  return rows.toSorted((a, b) => (place.get(keyOf(a)) ?? Infinity) - (place.get(keyOf(b)) ?? Infinity) || 0);
}

/** What a click on a column's head sorts by: names rise first, figures fall first. */
export function nextSort(sort: Sort, column: string, isText: boolean): Sort {
  if (sort.column !== column) return { column, direction: isText ? "ascending" : "descending" };
  return { column, direction: sort.direction === "ascending" ? "descending" : "ascending" };
}
