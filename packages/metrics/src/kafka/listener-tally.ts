import type { TopicIds } from "@pagoda/kafka";
import { zeroUuid } from "@pagoda/kafka/protocol";

import type { Direction } from "../tcp-metrics.ts";
import { ApiTally } from "./api-tally.ts";
import type { Cell, HistogramCell } from "./cells.ts";
import { ClientTally } from "./client-tally.ts";
import type { KafkaFamilies } from "./families.ts";
import type { SeriesLimits } from "../cardinality/series-limits.ts";
import type { TallyParts } from "./own-series.ts";
import { TopicTally } from "./topic-tally.ts";

/** A topic that a request names by an id that nobody has seen the name of. */
const unknownId = "__unknown_id__";
/** A client that does not say who it is. */
const noClientId = "__none__";

/** The series of one listener, found by what a request says. */
export class ListenerTally {
  readonly listener: string;
  readonly overheadRequest: HistogramCell;
  readonly overheadResponse: HistogramCell;
  readonly rebalances: HistogramCell;
  readonly fetchedData: Cell;
  readonly fetchedNothing: Cell;
  readonly #families: KafkaFamilies;
  readonly #series: SeriesLimits;
  readonly #direction: Direction;
  readonly #apis: (ApiTally | undefined)[] = [];
  readonly #topics = new Map<string, TopicTally>();
  readonly #clients = new Map<string, ClientTally>();

  constructor(families: KafkaFamilies, series: SeriesLimits, listener: string, direction: Direction) {
    this.#families = families;
    this.#series = series;
    this.#direction = direction;
    this.listener = listener;
    this.overheadRequest = families.overhead.cell({ listener, hook: "request" });
    this.overheadResponse = families.overhead.cell({ listener, hook: "response" });
    this.rebalances = families.rebalances.cell({ listener });
    this.fetchedData = families.fetchResponses.cell({ listener, result: "data" });
    this.fetchedNothing = families.fetchResponses.cell({ listener, result: "empty" });
  }

  /** @param known whether the codec knows the API; a number that it does not know is not a label */
  api(apiKey: number, known: boolean): ApiTally {
    // -1 are raw tokens.
    const at = known || apiKey === -1 ? apiKey + 2 : 0;
    const labels = { listener: this.listener, direction: this.#direction, apiKey: at === 0 ? -2 : apiKey };
    return (this.#apis[at] ??= new ApiTally(this.#families, labels));
  }

  inFlight(nodeId: string): Cell {
    return this.#families.inFlight.cell({ listener: this.listener, node_id: nodeId });
  }

  /** The topic's series, by its name or, where there is none, by its id; undefined without open labels. */
  topic(name: string, id: string, topicIds: TopicIds | undefined): TopicTally | undefined {
    if (!this.#series.openLabels) return undefined;
    const known = name !== "" || id === zeroUuid ? name : topicIds?.nameOf(id);
    const topic = known === undefined ? unknownId : this.#series.topic.resolve(known);
    return this.#alive(this.#topics, topic, (parts) => new TopicTally(parts, topic));
  }

  /** The client's series; undefined without open labels. */
  client(clientId: string | null): ClientTally | undefined {
    if (!this.#series.openLabels) return undefined;
    const client = clientId === null || clientId === "" ? noClientId : this.#series.client.resolve(clientId);
    return this.#alive(this.#clients, client, (parts) => new ClientTally(parts, client));
  }

  softwareVersion(version: string): string {
    return this.#series.softwareVersion.resolve(version);
  }

  /** The tally of that label, in use from now on. */
  #alive<T extends TopicTally | ClientTally>(
    tallies: Map<string, T>,
    label: string,
    make: (parts: TallyParts) => T,
  ): T {
    let tally = tallies.get(label);
    if (tally === undefined) {
      const onDrop = (): void => void tallies.delete(label);
      tally = make({ families: this.#families, bounds: this.#series, listener: this.listener, onDrop });
      tallies.set(label, tally);
    }
    tally.series.touch();
    return tally;
  }
}
