import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { download } from "../components/bits.tsx";
import { PageHead } from "../components/page-head.tsx";
import { amount } from "../format/figures.ts";
import { jsonLines } from "../format/tap-text.ts";
import { hrefOf } from "../state/route.ts";
import { replaceHash } from "../state/signals.ts";
import { TapSession } from "../state/tap-session.ts";
import { view } from "../state/traffic.ts";
import { EventsTable } from "./events-table.tsx";
import { TapFilters } from "./tap-filters.tsx";

/** Kept while another view is shown: what was caught is not lost. */
const session = new TapSession(2_000);

type Query = Readonly<Record<string, string>>;

/** Requests as they pass. The filter is in the address, so that it can be sent to somebody. */
export function Tap({ query }: { readonly query: Query }): JSX.Element {
  const events = session.events.value;
  const missed = session.missed.value;
  const state = session.state.value;
  const isRunning = state !== undefined && state.state !== "failed";
  const filter = JSON.stringify(query);
  useEffect(() => {
    // Another filter while it runs: the tap is opened again with it.
    if (session.state.peek() !== undefined) session.start(query);
  }, [filter]);
  useEffect(() => () => session.stop(), []);

  const change = (key: string, value: string): void => {
    const { [key]: _before, ...others } = query;
    replaceHash(hrefOf("tap", [], value === "" ? others : { ...others, [key]: value }));
  };
  return (
    <>
      <PageHead title="Live tap" />
      <div class="tap-bar">
        <TapFilters query={query} view={view.value} onChange={change} />
        <div class="tap-actions">
          <button
            type="button"
            class={isRunning ? "" : "primary"}
            onClick={() => (isRunning ? session.stop() : session.start(query))}
          >
            {isRunning ? "■ Stop" : "▶ Start"}
          </button>
          <button type="button" disabled={events.length === 0} onClick={() => session.clear()}>
            Clear
          </button>
          <button
            type="button"
            disabled={events.length === 0}
            onClick={() => download("tap.jsonl", "application/jsonl", jsonLines(events.toReversed()))}
          >
            Save JSON lines
          </button>
        </div>
      </div>
      <p class="tap-status muted num" role="status">
        {state?.state === "failed" && <span class="bad">{state.reason}</span>}
        {state?.state === "waiting" && <span class="bad">{state.reason}: reconnecting.</span>}
      </p>
      <p class="muted num">
        {events.length} shown
        {missed.sampledOut > 0 && ` · missed ${amount(missed.sampledOut)} above the limit a second`}
        {missed.dropped > 0 && ` · missed ${amount(missed.dropped)}: this page is too slow`}
      </p>
      <EventsTable
        events={events}
        empty={isRunning ? "Nothing passed the filter yet." : "Start the tap to see requests as they pass."}
      />
    </>
  );
}
