import type { JSX } from "preact";
import type { TapEvent, TapTopic } from "@pagoda/traffic/view";

import { Facts } from "../components/bits.tsx";
import { bytes, duration } from "../format/figures.ts";
import { hrefOf } from "../state/route.ts";

/** All that is known of an exchange. */
export function EventDetail({ event }: { readonly event: TapEvent }): JSX.Element {
  const { topics = [], errors, records = [], noAnswer, acks, group } = event;
  return (
    <div class="event-detail">
      <Facts
        facts={[
          ["Id", event.id],
          ["Connection", <a href={hrefOf("connections", [event.connection])}>{event.connection}</a>],
          ["From", event.source],
          ["Software", event.software ?? "-"],
          ["Principal", event.principal ?? "-"],
          ["TLS", event.tls ? "yes" : "no"],
          ["Listener", event.listener],
          ["Request", bytes(event.requestBytes)],
          ["Response", bytes(event.responseBytes)],
          ["At the broker", duration(event.brokerMs)],
          ["Sent after", duration(event.sentAfterMs)],
          ["Throttled", event.throttleMs === 0 ? "-" : duration(event.throttleMs)],
          ...(acks === undefined ? [] : ([["acks", acks === -1 ? "all" : acks]] as const)),
          ...(group === undefined ? [] : ([["Group", group]] as const)),
          ...(event.answeredBy === null ? [] : ([["Answered by layer", event.answeredBy]] as const)),
          ...(noAnswer === undefined ? [] : ([["No answer", noAnswer]] as const)),
        ]}
      />
      {errors.length > 0 && (
        <p class="bad">
          {errors.map(({ error, where }) => (where === null ? error : `${error} (${where})`)).join(", ")}
        </p>
      )}
      {topics.length > 0 && <Partitions topics={topics} />}
      {records.length > 0 && (
        <pre tabIndex={0} role="region" aria-label="Records">
          {records.map((record) => `${JSON.stringify(record)}\n`).join("")}
        </pre>
      )}
    </div>
  );
}

function Partitions({ topics }: { readonly topics: readonly TapTopic[] }): JSX.Element {
  return (
    <table class="inner">
      <thead>
        <tr>
          <th scope="col">Partition</th>
          <th scope="col" class="number">
            Records
          </th>
          <th scope="col" class="number">
            Bytes
          </th>
          <th scope="col">Codec</th>
          <th scope="col" class="number">
            Offset
          </th>
        </tr>
      </thead>
      <tbody>
        {topics.flatMap(({ topic, partitions }) =>
          partitions.map((each) => (
            <tr key={`${topic}/${each.partition}`}>
              <th scope="row">
                {topic}/{each.partition}
              </th>
              <td class="number">{each.records ?? "-"}</td>
              <td class="number">{bytes(each.bytes ?? null)}</td>
              <td>{each.codec ?? "-"}</td>
              <td class="number">{each.offset ?? "-"}</td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  );
}
