import { signal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useRef, useState } from "preact/hooks";

import { filteredRows, heldRows, nextSort, sortedRows } from "../state/rows-order.ts";
import type { Sort, SortValue } from "../state/rows-order.ts";

/** A column: how it is sorted and shown. The first one names the row. */
export interface Column<Row> {
  readonly key: string;
  readonly head: string;
  /** What the head means, where it is short. */
  readonly title?: string;
  readonly sort?: (row: Row) => SortValue;
  readonly cell: (row: Row) => ComponentChildren;
  readonly kind?: "text" | "number" | "spark";
  /** Least width in characters, so that nothing moves as figures change. */
  readonly chars?: number;
}

export interface DataTableProps<Row> {
  /** Names the table: its filter and order are kept by it. */
  readonly id: string;
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  /** What the filter looks in. @default without filter */
  readonly textOf?: (row: Row) => string;
  readonly sort: Sort;
  /** Where a row leads to. */
  readonly hrefOf?: (row: Row) => string;
  readonly empty?: string;
}

/** Rows that are drawn at once. */
const step = 200;

const kept = new Map<string, { readonly filter: Signal<string>; readonly sort: Signal<Sort> }>();

/** Sorted by its heads, filtered by its box, and still while somebody points at it. */
export function DataTable<Row>(props: DataTableProps<Row>): JSX.Element {
  const { id, label, rows, columns, keyOf, textOf, hrefOf, empty = "Nothing yet." } = props;
  const state = kept.get(id) ?? { filter: signal(""), sort: signal(props.sort) };
  kept.set(id, state);
  const { filter, sort } = state;
  const [limit, setLimit] = useState(step);
  const held = useRef(false);
  const order = useRef<readonly string[]>([]);

  const found = textOf === undefined ? rows : filteredRows(rows, textOf, filter.value);
  const by = columns.find(({ key }) => key === sort.value.column)?.sort;
  const ordered = held.current
    ? heldRows(found, keyOf, order.current)
    : by === undefined
      ? found
      : sortedRows(found, by, sort.value.direction);
  order.current = ordered.map(keyOf);
  const shown = ordered.slice(0, limit);
  const hold = (value: boolean) => () => {
    held.current = value;
  };

  return (
    <div class="table-block">
      {textOf !== undefined && (
        <div class="table-tools">
          <input
            type="search"
            class="filter"
            aria-label={`Filter ${label}`}
            placeholder="Filter"
            value={filter.value}
            onInput={(event) => {
              filter.value = event.currentTarget.value;
            }}
          />
          <span class="muted num">
            {found.length === rows.length ? rows.length : `${found.length} of ${rows.length}`}
          </span>
        </div>
      )}
      <div class="table-scroll" tabIndex={0} role="region" aria-label={`${label}, table`}>
        <table onPointerEnter={hold(true)} onPointerLeave={hold(false)}>
          <thead>
            <tr>
              {columns.map((column) => (
                <Head
                  key={column.key}
                  column={column}
                  sort={sort.value}
                  onSort={() => {
                    held.current = false;
                    sort.value = nextSort(sort.value, column.key, (column.kind ?? "text") === "text");
                  }}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Row key={keyOf(row)} row={row} columns={columns} href={hrefOf?.(row)} />
            ))}
            {shown.length === 0 && (
              <tr>
                <td colSpan={columns.length} class="muted">
                  {rows.length === 0 ? empty : "No row has all these words."}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {ordered.length > limit && (
        <button type="button" onClick={() => setLimit(limit + step)}>
          Show {Math.min(step, ordered.length - limit)} more of {ordered.length - limit}
        </button>
      )}
    </div>
  );
}

function Head<Row>({
  column: { key, head, title, sort: value, kind = "text" },
  sort,
  onSort,
}: {
  readonly column: Column<Row>;
  readonly sort: Sort;
  readonly onSort: () => void;
}): JSX.Element {
  const isSorted = sort.column === key;
  return (
    <th scope="col" class={kind} aria-sort={isSorted ? sort.direction : undefined}>
      {value === undefined ? (
        <span title={title} class={head === "" ? "sr" : undefined}>
          {head || "Picture of it"}
        </span>
      ) : (
        <button type="button" class="head" title={title} onClick={onSort}>
          {head}
          <span class="arrow" aria-hidden="true">
            {isSorted ? (sort.direction === "ascending" ? "▲" : "▼") : ""}
          </span>
        </button>
      )}
    </th>
  );
}

function Row<Row>({
  row,
  columns,
  href,
}: {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly href: string | undefined;
}): JSX.Element {
  const open = (event: MouseEvent): void => {
    // A link in it leads where it says; text that is being selected leads nowhere.
    const isOnControl = (event.target as Element).closest("a, button, input") !== null;
    if (href !== undefined && !isOnControl && getSelection()?.isCollapsed !== false) location.hash = href;
  };
  return (
    <tr class={href === undefined ? undefined : "linked"} onClick={open}>
      {columns.map(({ key, cell, kind = "text", chars = 0 }, n) => {
        const style = chars > 0 ? { minWidth: `${chars}ch` } : undefined;
        if (n > 0) {
          return (
            <td key={key} class={kind} style={style}>
              {cell(row)}
            </td>
          );
        }
        return (
          <th key={key} scope="row" class={kind} style={style}>
            {href === undefined ? cell(row) : <a href={href}>{cell(row)}</a>}
          </th>
        );
      })}
    </tr>
  );
}
