import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { TapEvent } from "@pagoda/traffic/view";

import { Name } from "../components/bits.tsx";
import { clock, duration } from "../format/figures.ts";
import { aboutText, brokerText, outcomeText } from "../format/tap-text.ts";
import { EventDetail } from "./event-detail.tsx";

/** Rows that are drawn; more are kept, and saved. */
const shownRows = 200;

/** Exchanges, newest first; each opens to all that is known of it. */
export function EventsTable({
  events,
  empty,
}: {
  readonly events: readonly TapEvent[];
  readonly empty: string;
}): JSX.Element {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string): void => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  return (
    <div class="table-scroll tap-table" tabIndex={0} role="region" aria-label="Exchanges, table">
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="sr">Details</span>
            </th>
            <th scope="col">Time</th>
            <th scope="col">Client</th>
            <th scope="col">Broker</th>
            <th scope="col">API</th>
            <th scope="col">About</th>
            <th scope="col" class="number">
              Latency
            </th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {events.slice(0, shownRows).map((event) => {
            const key = `${event.id} ${event.at}`;
            return <Exchange key={key} event={event} isOpen={open.has(key)} onToggle={() => toggle(key)} />;
          })}
          {events.length === 0 && (
            <tr>
              <td colSpan={8} class="muted">
                {empty}
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

interface ExchangeProps {
  readonly event: TapEvent;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function Exchange({ event, isOpen, onToggle }: ExchangeProps): JSX.Element {
  const outcome = outcomeText(event);
  return (
    <>
      <tr class="linked" onClick={(click) => (click.target as Element).closest("button") ?? onToggle()}>
        <td>
          <button
            type="button"
            class="expand"
            aria-expanded={isOpen}
            aria-label={`Details of ${event.id}`}
            onClick={onToggle}
          >
            {isOpen ? "▾" : "▸"}
          </button>
        </td>
        <td class="num">{clock(event.at)}</td>
        <td>
          <Name name={event.client ?? "-"} max={28} />
        </td>
        <td>{brokerText(event.broker)}</td>
        <td>
          {event.api}/v{event.apiVersion}
        </td>
        <td class="about">
          <Name name={aboutText(event)} max={70} />
        </td>
        <td class="number">{duration(event.latencyMs)}</td>
        <td>
          <span class="bad">{outcome}</span>
        </td>
      </tr>
      {isOpen && (
        <tr class="detail-row">
          <td colSpan={8}>
            <EventDetail event={event} />
          </td>
        </tr>
      )}
    </>
  );
}
