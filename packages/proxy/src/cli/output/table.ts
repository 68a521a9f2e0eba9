import { styleText } from "node:util";

import { safe } from "./safe.ts";
import { cut, pad, widthOf } from "./width.ts";

/** How a cell is: what colour says, and only that. */
export type Health = "good" | "warning" | "bad" | "quiet";

/** What stands in one cell. */
export interface Cell {
  readonly text: string;
  readonly health?: Health | undefined;
}

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Cell | string;
  /** Only in the wide form. */
  readonly wide?: boolean;
  /** Where the width does not suffice, columns go in this order, 1 first; without a number one stays. */
  readonly drop?: number;
  /** Names and lists may be cut; figures are whole or not there. */
  readonly cuts?: boolean;
}

export interface TableOptions {
  readonly wide?: boolean;
  /** Columns of the terminal; without it nothing is cut or left out. */
  readonly width?: number | undefined;
  readonly color?: boolean;
}

const gap = 3;
/** What is cut is cut to this at least: less of a name says nothing. */
const leastWidth = 8;

/** A table as lines: the titles, then each row. Every cell is made safe for a terminal here. */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { wide = false, width, color = false }: TableOptions = {},
): readonly string[] {
  const limit = wide || width === undefined ? Number.POSITIVE_INFINITY : width;
  const sized = columns
    .filter((column) => wide || column.wide !== true)
    .map((column) => {
      const cells = rows.map((row) => asCell(column.cell(row)));
      return { column, cells, width: Math.max(...[column.title, ...cells.map((c) => c.text)].map(widthOf)) };
    });
  const kept = narrowed(dropped(sized, limit), limit);
  const lines: (readonly Cell[])[] = [kept.map((one) => ({ text: one.column.title }))];
  for (const at of rows.keys()) lines.push(kept.map(({ cells }) => cells[at] ?? { text: "" }));
  return lines.map((cells) => {
    const last = cells.length - 1;
    const texts = cells.map((cell, at) => {
      const text = cut(cell.text, kept[at]?.width ?? 0);
      const padding = at === last ? "" : pad("", (kept[at]?.width ?? 0) + gap - widthOf(text));
      return painted(text, color ? cell.health : undefined) + padding;
    });
    return texts.join("");
  });
}

interface Sized<Row> {
  readonly column: Column<Row>;
  readonly cells: readonly Cell[];
  readonly width: number;
}

function asCell(cell: Cell | string): Cell {
  return typeof cell === "string" ? { text: safe(cell) } : { ...cell, text: safe(cell.text) };
}

function total(sized: readonly { readonly width: number }[]): number {
  return sized.reduce((sum, { width }) => sum + width, 0) + gap * (sized.length - 1);
}

/** Leaves out columns by their order until the rest can be cut to what there is. */
function dropped<Row>(all: readonly Sized<Row>[], limit: number): readonly Sized<Row>[] {
  const order = all
    .filter(({ column }) => column.drop !== undefined)
    .toSorted((a, b) => (a.column.drop ?? 0) - (b.column.drop ?? 0));
  let kept = all;
  for (const next of order) {
    const least = kept.map(({ column, width }) => ({
      width: column.cuts === true ? Math.min(width, Math.max(leastWidth * 2, column.title.length)) : width,
    }));
    if (total(least) <= limit) break;
    kept = kept.filter((one) => one !== next);
  }
  return kept;
}

/** Cuts the widest of what may be cut, a column at a time. */
function narrowed<Row>(kept: readonly Sized<Row>[], limit: number): readonly Sized<Row>[] {
  const widths = kept.map(({ width }) => width);
  let over = total(kept) - limit;
  while (over > 0) {
    const candidates = kept.flatMap(({ column }, at) => {
      const width = widths[at] ?? 0;
      return column.cuts === true && width > Math.max(leastWidth, column.title.length) ? [{ at, width }] : [];
    });
    const widest = candidates.toSorted((a, b) => b.width - a.width)[0];
    if (widest === undefined) break;
    widths[widest.at] = widest.width - 1;
    over -= 1;
  }
  return kept.map((one, at) => ({ ...one, width: widths[at] ?? one.width }));
}

const styles = { good: "green", warning: "yellow", bad: "red", quiet: "dim" } as const;

/** In the colour of its health; as it is without one. */
export function painted(text: string, health: Health | undefined): string {
  // Whether there are colours is decided once, by who knows the terminal.
  return health === undefined ? text : styleText(styles[health], text, { validateStream: false });
}
