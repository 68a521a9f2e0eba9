import { windows } from "@pagoda/traffic/view";
import type { Actor, ErrorCount, TrafficView } from "@pagoda/traffic/view";

import type { AdminAnswer } from "../route.ts";
import { amount, bytes, duration, lagText, list, percent, time } from "./figures.ts";
import { html, pageAnswer } from "./html.ts";
import type { Html } from "./html.ts";

/** Rows of one table that are shown; the JSON has all. */
const maxRows = 500;

/** A column: its head, what it says of a row, and whether that is a figure. The first names the row. */
interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
  readonly number?: true;
}

/** What is known of the traffic, for browsers without scripts: tables that refresh themselves. */
export function tablesPage(view: TrafficView): AdminAnswer {
  const links = windows.map((window) =>
    window === view.window
      ? html`<strong aria-current="page">${window}</strong> `
      : html`<a href="/ui/tables?window=${window}">${window}</a> `,
  );
  const { totals } = view;
  const body = html`<h1>Pagoda: traffic</h1>
    <nav aria-label="Window">Window: ${links}</nav>
    <p>
      ${time(view.at)}, over ${amount(view.windowSeconds)} s: ${amount(totals.requestsPerSecond)} requests/s,
      ${percent(totals.okShare)} good, p99 ${duration(totals.latency.p99)},
      ${bytes(totals.bytesInPerSecond)}/s in, ${bytes(totals.bytesOutPerSecond)}/s out,
      ${amount(totals.connections)} connections. This page asks again every ${refreshSeconds} seconds.
      <a href="/ui/">With scripts there is more</a>.
    </p>
    ${problems(view)} ${topics(view)} ${clients(view)} ${groups(view)} ${brokers(view)} ${edges(view)}`;
  return pageAnswer({ title: `Pagoda: traffic, ${view.window}`, refreshSeconds, body });
}

const refreshSeconds = 10;

function problems({ problems: rows }: TrafficView): Html {
  return table("Problems", rows, [
    { head: "Who", cell: ({ subject }) => `${subject.kind} ${subject.name}` },
    { head: "Problem", cell: ({ kind }) => kind },
    { head: "Severity", cell: ({ severity }) => severity },
    { head: "Seen", cell: ({ summary }) => summary },
    { head: "What to do", cell: ({ advice }) => advice },
    { head: "Listener", cell: ({ listener }) => listener },
    { head: "Since", cell: ({ since }) => time(since) },
  ]);
}

function topics({ topics: rows }: TrafficView): Html {
  return table("Topics", rows, [
    { head: "Topic", cell: ({ topic }) => topic },
    { head: "Listener", cell: ({ listener }) => listener },
    { head: "Good", number: true, cell: ({ okShare }) => percent(okShare) },
    { head: "Records/s produced", number: true, cell: ({ produce }) => amount(produce.recordsPerSecond) },
    { head: "Bytes/s produced", number: true, cell: ({ produce }) => bytes(produce.bytesPerSecond) },
    { head: "Records/s fetched", number: true, cell: ({ fetch }) => amount(fetch.recordsPerSecond) },
    { head: "Bytes/s fetched", number: true, cell: ({ fetch }) => bytes(fetch.bytesPerSecond) },
    { head: "p50", number: true, cell: ({ latency }) => duration(latency.p50) },
    { head: "p99", number: true, cell: ({ latency }) => duration(latency.p99) },
    { head: "Errors", cell: ({ errors }) => errorsText(errors) },
    { head: "Producers", cell: ({ producers }) => list(producers) },
    { head: "Groups", cell: (topic) => list(topic.groups) },
    { head: "Largest lag", number: true, cell: ({ maxLag }) => lagText(maxLag) },
  ]);
}

function clients({ clients: rows }: TrafficView): Html {
  return table("Clients", rows, [
    { head: "Client", cell: ({ client }) => client },
    { head: "Listener", cell: ({ listener }) => listener },
    { head: "Software", cell: ({ software }) => list(software) },
    { head: "Connections", number: true, cell: ({ connections }) => amount(connections) },
    { head: "Requests/s", number: true, cell: ({ requestsPerSecond }) => amount(requestsPerSecond) },
    { head: "Good", number: true, cell: ({ okShare }) => percent(okShare) },
    { head: "Bytes/s produced", number: true, cell: ({ produce }) => bytes(produce.bytesPerSecond) },
    { head: "Bytes/s fetched", number: true, cell: ({ fetch }) => bytes(fetch.bytesPerSecond) },
    { head: "p99", number: true, cell: ({ latency }) => duration(latency.p99) },
    { head: "Errors", cell: ({ errors }) => errorsText(errors) },
    { head: "Throttled", number: true, cell: ({ throttledMs }) => duration(throttledMs) },
    { head: "TLS", cell: ({ tls }) => tls },
    { head: "Login", cell: ({ auth }) => auth },
    { head: "Problems", cell: (client) => list(client.problems) },
  ]);
}

function groups({ groups: rows }: TrafficView): Html {
  return table("Groups", rows, [
    { head: "Group", cell: ({ group }) => group },
    { head: "Listener", cell: ({ listener }) => listener },
    { head: "State", cell: ({ state }) => state },
    { head: "Protocol", cell: ({ protocol }) => protocol },
    { head: "Members", number: true, cell: ({ members }) => amount(members.length) },
    { head: "Topics", cell: (group) => list(group.topics.map(({ topic }) => topic)) },
    { head: "Lag", number: true, cell: ({ lag }) => lagText(lag) },
    { head: "Commits/s", number: true, cell: ({ commitsPerSecond }) => amount(commitsPerSecond) },
    { head: "Rebalances in 1 h", number: true, cell: ({ rebalances }) => amount(rebalances) },
    {
      head: "The last one",
      cell: ({ lastRebalance: last }) => (last ? `${last.trigger}, ${time(last.at)}` : "-"),
    },
    { head: "Cannot be told", cell: ({ ambiguous }) => ambiguous ?? "-" },
  ]);
}

function brokers({ brokers: rows }: TrafficView): Html {
  return table("Brokers", rows, [
    { head: "Broker", cell: ({ nodeId }) => nodeId },
    { head: "Listener", cell: ({ listener }) => listener },
    { head: "Connections", number: true, cell: ({ connections }) => amount(connections) },
    { head: "In flight", number: true, cell: ({ inFlight }) => amount(inFlight) },
    { head: "Requests/s", number: true, cell: ({ requestsPerSecond }) => amount(requestsPerSecond) },
    { head: "Good", number: true, cell: ({ okShare }) => percent(okShare) },
    { head: "p50", number: true, cell: ({ latency }) => duration(latency.p50) },
    { head: "p99", number: true, cell: ({ latency }) => duration(latency.p99) },
    { head: "Errors", cell: ({ errors }) => errorsText(errors) },
  ]);
}

function edges({ edges: rows }: TrafficView): Html {
  return table("Edges: who sends to whom", rows, [
    { head: "From", cell: ({ source }) => actorText(source) },
    { head: "To", cell: ({ target }) => actorText(target) },
    { head: "By", cell: ({ op }) => op },
    { head: "Listener", cell: ({ listener }) => listener },
    { head: "Records/s", number: true, cell: ({ recordsPerSecond }) => amount(recordsPerSecond) },
    { head: "Bytes/s", number: true, cell: ({ bytesPerSecond }) => bytes(bytesPerSecond) },
    { head: "Errors", number: true, cell: ({ errorShare }) => percent(errorShare) },
    { head: "TLS", cell: ({ tls }) => tls },
    { head: "Login", cell: ({ auth }) => auth },
    { head: "Last", cell: ({ lastAt }) => time(lastAt) },
  ]);
}

function table<Row>(caption: string, all: readonly Row[], columns: readonly Column<Row>[]): Html {
  if (all.length === 0)
    return html`<h2>${caption}</h2>
      <p>None.</p>`;
  const heads = columns.map(({ head, number }) => html`<th scope="col" ${kind(number)}>${head}</th>`);
  const rows = all.slice(0, maxRows).map((row) => {
    const cells = columns.map(({ cell, number }, n) =>
      n === 0 ? html`<th scope="row">${cell(row)}</th>` : html`<td${kind(number)}>${cell(row)}</td>`,
    );
    return html`<tr>
      ${cells}
    </tr> `;
  });
  const more = all.length > maxRows ? html`<p>And ${all.length - maxRows} more: see /api/traffic.</p>` : null;
  return html`<h2>${caption}</h2>
    <div class="wide" tabindex="0" role="region" aria-label="${caption}">
      <table>
        <caption>
          ${caption} (${all.length})
        </caption>
        <thead>
          <tr>
            ${heads}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${more}`;
}

function kind(number: true | undefined): Html | null {
  return number === true ? html` class="number"` : null;
}

function actorText({ kind, name }: Actor): string {
  return `${kind} ${name}`;
}

function errorsText(errors: readonly ErrorCount[]): string {
  return list(errors.map(({ error, count }) => `${error}×${count}`));
}
