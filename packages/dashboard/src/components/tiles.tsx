import type { ComponentChildren, JSX } from "preact";
import type { TrafficView } from "@pagoda/traffic/view";

import { amount, bytes, duration, percent } from "../format/figures.ts";
import { hrefOf } from "../state/route.ts";
import { totalsKey } from "../state/samples.ts";
import type { Figure } from "../state/samples.ts";
import { samples } from "../state/traffic.ts";
import { Sparkline } from "./sparkline.tsx";

/** What is most asked for, in one line, with how it went. */
export function Tiles({ view: { totals, groups } }: { readonly view: TrafficView }): JSX.Element {
  const { latency, maxLag } = totals;
  const slowest = groups.find(({ group }) => group === maxLag?.group);
  return (
    <dl class="tiles">
      <Tile name="OK" value={percent(totals.okShare)} figure="ok" max={1} />
      <Tile name="Requests" value={`${amount(totals.requestsPerSecond)}/s`} figure="rate" />
      <Tile
        name="p99"
        value={duration(latency.p99)}
        note={totals.proxyMs === null ? "" : `proxy ${duration(totals.proxyMs)}`}
        figure="p99"
      />
      <Tile name="In" value={`${bytes(totals.bytesInPerSecond)}/s`} figure="in" />
      <Tile name="Out" value={`${bytes(totals.bytesOutPerSecond)}/s`} figure="out" />
      <Tile name="Connections" value={amount(totals.connections)} figure="connections" />
      <Tile
        name="Max lag"
        value={maxLag === null ? "-" : amount(maxLag.records)}
        note={
          maxLag !== null &&
          maxLag.records > 0 && (
            <>
              {maxLag.seconds !== null && `${duration(maxLag.seconds * 1_000)} `}
              <a href={hrefOf("groups", slowest === undefined ? [] : [slowest.listener, slowest.group])}>
                {maxLag.group}
              </a>
            </>
          )
        }
        figure="lag"
      />
    </dl>
  );
}

function Tile({
  name,
  value,
  note,
  figure,
  max,
}: {
  readonly name: string;
  readonly value: string;
  readonly note?: ComponentChildren;
  readonly figure: Figure;
  readonly max?: number;
}): JSX.Element {
  const values = samples.of(totalsKey, figure);
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd>
        <span class="tile-value num">{value}</span>
        <span class="tile-note">{note}</span>
        {max === undefined ? <Sparkline values={values} /> : <Sparkline values={values} max={max} />}
      </dd>
    </div>
  );
}
