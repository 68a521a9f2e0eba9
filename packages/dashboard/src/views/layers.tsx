import type { JSX } from "preact";
import type { ListenerRow, TrafficView } from "@pagoda/traffic/view";

import type { StackStatus } from "../api/shapes.ts";
import { Facts, Ok, Panel } from "../components/bits.tsx";
import { PageHead } from "../components/page-head.tsx";
import { amount, duration } from "../format/figures.ts";
import { usePolled } from "../state/polled.ts";
import { waterfallOf } from "../state/waterfall.ts";
import type { WaterfallRow } from "../state/waterfall.ts";

/** What each listener's requests go through, and whose the time was. */
export function Layers({ view }: { readonly view: TrafficView }): JSX.Element {
  const { value, problem } = usePolled<readonly StackStatus[]>("api/stacks", 5_000);
  return (
    <>
      <PageHead title="Layers" />
      {problem !== undefined && <p class="banner">{problem}</p>}
      {(value ?? []).map((stack) => {
        const row = view.listeners.find(({ listener }) => listener === stack.listener);
        return <Stack key={`${stack.listener} ${stack.workers?.join() ?? ""}`} stack={stack} row={row} />;
      })}
    </>
  );
}

const nothing = { proxyMs: null, brokerMs: null };

function Stack({
  stack: { listener, tiers, workers },
  row,
}: {
  readonly stack: StackStatus;
  readonly row: ListenerRow | undefined;
}): JSX.Element {
  const { proxyMs, brokerMs } = row ?? nothing;
  const whole = proxyMs === null && brokerMs === null ? null : (proxyMs ?? 0) + (brokerMs ?? 0);
  const rows = waterfallOf(tiers, row ?? nothing);
  return (
    <Panel title={`Listener ${listener}${workers === undefined ? "" : `, workers ${workers.join(", ")}`}`}>
      {row !== undefined && (
        <Facts
          facts={[
            ["Mean request", duration(whole)],
            ["At the broker", duration(brokerMs)],
            ["In the proxy", duration(proxyMs)],
            ["Requests", `${amount(row.requestsPerSecond)}/s`],
            ["OK", <Ok share={row.okShare} />],
          ]}
        />
      )}
      <ol class="waterfall">
        {rows.map((each, n) => (
          <Line key={`${n} ${each.name}`} row={each} brokerMs={brokerMs} whole={whole} />
        ))}
      </ol>
      <p class="muted small">
        A mean request, from the outermost layer in and back out. The broker's time is measured; how the
        proxy's is split among layers is not, and drawn in equal steps.
      </p>
    </Panel>
  );
}

function Line({
  row: { name, depth, kind, from, to },
  brokerMs,
  whole,
}: {
  readonly row: WaterfallRow;
  readonly brokerMs: number | null;
  readonly whole: number | null;
}): JSX.Element {
  const text = kind === "broker" && whole !== null && brokerMs !== null ? duration(brokerMs) : "";
  return (
    <li class={`fall fall-${kind}`}>
      <span class="fall-name">
        <svg width={Math.min(depth, 16) * 10} height="1" aria-hidden="true" />
        {name}
      </span>
      <svg class="fall-bar" viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true">
        <rect x={from * 1_000} y="1" width={Math.max(2, (to - from) * 1_000)} height="14" />
      </svg>
      <span class="fall-time num">{text}</span>
    </li>
  );
}
