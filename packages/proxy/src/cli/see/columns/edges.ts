import type { EdgeRow } from "@pagoda/traffic/view";

import type { Cell, Column } from "../../output/table.ts";
import { age, byteRate, errorPercent, none, rate } from "../../output/units.ts";
import { tlsCell } from "./cells.ts";

/** Of `edges`. @param now Unix milliseconds */
export function edgeColumns(now: number): readonly Column<EdgeRow>[] {
  return [
    {
      title: "SRC",
      cell: ({ source }) => source.name + (source.kind === "http" ? " (http)" : ""),
      cuts: true,
    },
    { title: "VIA", cell: (edge) => viaOf(edge), cuts: true, drop: 2 },
    { title: "DST", cell: ({ op, target }) => (op === "http" ? none : target.name), cuts: true },
    { title: "OP", cell: ({ op }) => op },
    { title: "REC/S", cell: ({ recordsPerSecond }) => rate(recordsPerSecond) },
    { title: "B/S", cell: ({ bytesPerSecond }) => byteRate(bytesPerSecond), wide: true },
    { title: "ERR%", cell: ({ errorShare }) => errorCell(errorShare) },
    { title: "TLS", cell: ({ tls }) => tlsCell(tls), drop: 4 },
    { title: "AUTH", cell: ({ auth }) => auth, drop: 3 },
    { title: "LAST", cell: ({ lastAt }) => age(lastAt, now), drop: 1 },
    { title: "SRC_KIND", cell: ({ source }) => source.kind, wide: true },
    { title: "DST_KIND", cell: ({ target }) => target.kind, wide: true },
  ];
}

/** Records go through the proxy; what comes over HTTP goes through the client that it becomes records of. */
function viaOf({ op, target, listener }: EdgeRow): string {
  return op === "http" ? target.name : `pagoda/${listener}`;
}

function errorCell(share: number | null): Cell {
  const health = share === null ? "quiet" : share === 0 ? undefined : share < 0.01 ? "warning" : "bad";
  return { text: errorPercent(share), health };
}
