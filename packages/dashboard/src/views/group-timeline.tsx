import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { GroupEvent } from "@pagoda/traffic/view";

import { Name } from "../components/bits.tsx";
import { DataTable } from "../components/data-table.tsx";
import { clock, duration, timeOf } from "../format/figures.ts";
import { timelineOf } from "../state/timeline.ts";
import type { TimelineBar } from "../state/timeline.ts";

const width = 1_000;
const lane = 22;

/** What happened to a group: a line for each member, a bar for each request; or as a table. */
export function GroupTimeline({
  events,
  now,
  id,
}: {
  readonly events: readonly GroupEvent[];
  readonly now: number;
  readonly id: string;
}): JSX.Element {
  const [asTable, setAsTable] = useState(false);
  const timeline = timelineOf(events, now);
  if (timeline === undefined) return <p class="muted">Nothing was seen of it yet.</p>;
  const { lanes, from, to } = timeline;
  return (
    <>
      <div class="timeline-tools">
        <p class="legend muted">
          {(["join", "sync", "heartbeat", "commit", "leave", "rebalance"] as const).map((kind) => (
            <span key={kind}>
              <i class={`swatch event-${kind}`} aria-hidden="true" /> {kind}
            </span>
          ))}
        </p>
        <button type="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          Table
        </button>
      </div>
      {asTable ? (
        <EventsTable events={events} id={id} />
      ) : (
        <div
          class="timeline"
          tabIndex={0}
          role="region"
          aria-label="Timeline; the button Table shows it as a table"
        >
          {lanes.map(({ memberId, client, bars }) => (
            <div key={memberId} class="lane">
              <span class="lane-name">
                <Name name={client} max={20} /> <small class="muted">{memberId.slice(-6)}</small>
              </span>
              <svg viewBox={`0 0 ${width} ${lane}`} preserveAspectRatio="none" aria-hidden="true">
                <line x1="0" x2={width} y1={lane - 1} y2={lane - 1} class="lane-line" />
                {bars.map((bar) => (
                  <Bar key={`${bar.event.at} ${bar.event.kind}`} bar={bar} />
                ))}
              </svg>
            </div>
          ))}
          <div class="lane lane-times muted num">
            <span class="lane-name" />
            <span class="lane-ends">
              <span>{timeOf(new Date(from))}</span>
              <span>{timeOf(new Date((from + to) / 2))}</span>
              <span>{timeOf(new Date(to))}</span>
            </span>
          </div>
        </div>
      )}
    </>
  );
}

function Bar({ bar: { event, from, to } }: { readonly bar: TimelineBar }): JSX.Element {
  const { kind, durationMs, error, trigger, at } = event;
  const isSmall = kind === "heartbeat" || kind === "commit";
  const what = [kind, trigger, clock(at), duration(durationMs), error].filter(Boolean).join(" ");
  return (
    <rect
      class={`event-${kind} ${error === undefined ? "" : "event-error"}`}
      x={from * width}
      y={isSmall ? 12 : 2}
      width={Math.max(2.5, (to - from) * width)}
      height={isSmall ? 8 : 18}
    >
      <title>{what}</title>
    </rect>
  );
}

function EventsTable({
  events,
  id,
}: {
  readonly events: readonly GroupEvent[];
  readonly id: string;
}): JSX.Element {
  return (
    <DataTable
      id={`timeline of ${id}`}
      label="What happened"
      rows={events}
      keyOf={({ at, kind, memberId }) => `${at} ${kind} ${memberId}`}
      textOf={({ kind, memberId, client, error = "" }) => `${kind} ${memberId} ${client} ${error}`}
      sort={{ column: "at", direction: "descending" }}
      columns={[
        { key: "at", head: "When", sort: (each) => each.at, cell: (each) => clock(each.at) },
        {
          key: "kind",
          head: "What",
          sort: (each) => each.kind,
          cell: ({ kind, trigger }) => [kind, trigger].filter(Boolean).join(": "),
        },
        {
          key: "client",
          head: "Client",
          sort: (each) => each.client,
          cell: (each) => <Name name={each.client} />,
        },
        {
          key: "member",
          head: "Member",
          sort: (each) => each.memberId,
          cell: (each) => <Name name={each.memberId} max={40} />,
        },
        {
          key: "duration",
          head: "Took",
          kind: "number",
          sort: (each) => each.durationMs,
          cell: (each) => duration(each.durationMs),
        },
        {
          key: "error",
          head: "Error",
          sort: (each) => each.error ?? null,
          cell: (each) => <span class="bad">{each.error ?? ""}</span>,
        },
      ]}
    />
  );
}
