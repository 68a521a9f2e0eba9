import type { JSX } from "preact";

import type { ListenersAnswer } from "../api/shapes.ts";
import { CopyButton } from "../components/bits.tsx";
import { PageHead } from "../components/page-head.tsx";
import { usePolled } from "../state/polled.ts";

/** Nothing passed yet: the three lines that somebody needs next. */
export function EmptyState(): JSX.Element {
  const { value } = usePolled<ListenersAnswer>("api/listeners", 5_000);
  const bound = value?.listeners.find(({ address }) => address !== undefined)?.address;
  const address = (bound ?? "127.0.0.1:19092").replace(/^(?:0\.0\.0\.0|\[::\]):/, `${location.hostname}:`);
  const lines: readonly (readonly [string, string])[] = [
    ["Point a client here", `bootstrap.servers=${address}`],
    ["Or ask it yourself", `kcat -b ${address} -L`],
    ["Or look at a demonstration", "npx pagoda demo"],
  ];
  return (
    <>
      <PageHead title="Overview" />
      <section class="panel empty">
        <h2>The proxy runs; no client has come yet</h2>
        <dl>
          {lines.map(([what, line]) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd>
                <code>{line}</code> <CopyButton text={line} what={line} />
              </dd>
            </div>
          ))}
        </dl>
        <p class="muted">This page shows what passes as soon as it does.</p>
      </section>
    </>
  );
}
