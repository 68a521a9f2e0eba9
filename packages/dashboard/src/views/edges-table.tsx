import type { JSX } from "preact";
import type { Actor, EdgeRow, TrafficView } from "@pagoda/traffic/view";

import { Name } from "../components/bits.tsx";
import { DataTable } from "../components/data-table.tsx";
import { ago, bytesRate, percent, rate } from "../format/figures.ts";
import { hrefOf } from "../state/route.ts";
import { listenerColumn } from "./columns.tsx";
import { hasListeners } from "./detail.ts";

/** The topology as a table. */
export function EdgesTable({
  view,
  edges,
  id,
}: {
  readonly view: TrafficView;
  readonly edges: readonly EdgeRow[];
  readonly id: string;
}): JSX.Element {
  return (
    <DataTable
      id={id}
      label="Edges"
      rows={edges}
      keyOf={edgeKey}
      textOf={({ source, target, op, listener }) => `${source.name} ${target.name} ${op} ${listener}`}
      hrefOf={(row) => edgeHref(row.op, row.source, row.target)}
      sort={{ column: "source", direction: "ascending" }}
      empty="Nothing flows yet."
      columns={[
        {
          key: "source",
          head: "From",
          sort: (row) => `${row.source.kind} ${row.source.name}`,
          cell: (row) => <End actor={row.source} />,
        },
        {
          key: "target",
          head: "To",
          sort: (row) => `${row.target.kind} ${row.target.name}`,
          cell: (row) => <End actor={row.target} />,
        },
        { key: "op", head: "Op", sort: (row) => row.op, cell: (row) => row.op },
        ...listenerColumn<EdgeRow>(hasListeners(view)),
        {
          key: "rate",
          head: "Rec/s",
          kind: "number",
          chars: 6,
          sort: (row) => row.recordsPerSecond,
          cell: (row) => rate(row.recordsPerSecond),
        },
        {
          key: "bytes",
          head: "Bytes/s",
          kind: "number",
          chars: 9,
          sort: (row) => row.bytesPerSecond,
          cell: (row) => bytesRate(row.bytesPerSecond),
        },
        {
          key: "errors",
          head: "Errors",
          kind: "number",
          chars: 7,
          sort: (row) => row.errorShare,
          cell: (row) => <ErrorShare share={row.errorShare} />,
        },
        { key: "tls", head: "TLS", sort: (row) => row.tls, cell: (row) => row.tls },
        { key: "auth", head: "Auth", sort: (row) => row.auth, cell: (row) => row.auth },
        {
          key: "last",
          head: "Last",
          kind: "number",
          chars: 8,
          sort: (row) => row.lastAt,
          cell: (row) => ago(row.lastAt, view.at),
        },
      ]}
    />
  );
}

/** Where the detail of an edge is. */
export function edgeHref(op: EdgeRow["op"], source: Actor, target: Actor): string {
  return hrefOf("edge", [op, source.kind, source.name, target.kind, target.name]);
}

export function ErrorShare({ share }: { readonly share: number | null }): JSX.Element {
  const level = share === null || share === 0 ? "muted" : share < 0.01 ? "warn" : "bad";
  return <span class={level}>{percent(share)}</span>;
}

function edgeKey({ listener, op, source, target }: EdgeRow): string {
  return JSON.stringify([listener, op, source.kind, source.name, target.kind, target.name]);
}

function End({ actor: { kind, name } }: { readonly actor: Actor }): JSX.Element {
  return (
    <>
      <span class={`kind kind-${kind}`}>{kind}</span> <Name name={name} max={36} />
    </>
  );
}
