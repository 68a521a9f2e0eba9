import type { JSX } from "preact";
import type { Actor, EdgeRow, TrafficView } from "@pagoda/traffic/view";

import { Facts, Panel } from "../components/bits.tsx";
import { PageHead } from "../components/page-head.tsx";
import { ago, amount, bytes } from "../format/figures.ts";
import { edgeFilter } from "../state/command.ts";
import { hrefOf } from "../state/route.ts";
import { ErrorShare } from "./edges-table.tsx";
import { Gone } from "./gone.tsx";

/** What passes between two. */
export function EdgeDetail({
  view,
  path,
}: {
  readonly view: TrafficView;
  readonly path: readonly string[];
}): JSX.Element {
  const [op, sourceKind, source, targetKind, target] = path;
  const rows = view.edges.filter(
    (row) => row.op === op && is(row.source, sourceKind, source) && is(row.target, targetKind, target),
  );
  const title = `${source ?? ""} → ${target ?? ""}`;
  return (
    <>
      <PageHead title={title} up={{ href: "#/overview", text: "Overview" }}>
        <a href={hrefOf("tap", [], edgeFilter(path))}>tap</a>
      </PageHead>
      {rows.length === 0 && <Gone what="the edge" name={title} />}
      {rows.map((row) => (
        <Panel key={row.listener} title={`${row.op}, listener ${row.listener}`}>
          <EdgeFacts row={row} now={view.at} />
        </Panel>
      ))}
    </>
  );
}

function is({ kind, name }: Actor, wantedKind: string | undefined, wanted: string | undefined): boolean {
  return kind === wantedKind && name === wanted;
}

function EdgeFacts({ row, now }: { readonly row: EdgeRow; readonly now: number }): JSX.Element {
  const end = ({ kind, name }: Actor): JSX.Element | string =>
    kind === "http" ? name : <a href={hrefOf(`${kind}s`, [row.listener, name])}>{name}</a>;
  return (
    <Facts
      facts={[
        [`From ${row.source.kind}`, end(row.source)],
        [`To ${row.target.kind}`, end(row.target)],
        ["Records/s", amount(row.recordsPerSecond)],
        ["Bytes/s", bytes(row.bytesPerSecond)],
        ["Errors", <ErrorShare share={row.errorShare} />],
        ["TLS", row.tls],
        ["Auth", row.auth],
        ["Last", ago(row.lastAt, now)],
      ]}
    />
  );
}
