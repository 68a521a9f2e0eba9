import type { AnswerCounts, ClientState, FlowCounts } from "../state/state.ts";
import { AnswerCounter, FlowCounter } from "./counters.ts";
import type { Row } from "./table.ts";

/** Entries of each list that a client fills with its own words. */
const maxWords = 10;
/** Characters of each of them. */
const maxWordLength = 100;

/** What one client does, by its name: all connections that use it. */
export class ClientRecord implements Row {
  readonly listener: string;
  readonly client: string;
  readonly answers: AnswerCounter = new AnswerCounter();
  readonly flow: FlowCounter = new FlowCounter();
  lastMs = 0;
  dropped = false;
  connections = 0;
  opened = 0;
  tlsConnections = 0;
  plainConnections = 0;
  uncompressedBatches = 0;
  unacknowledged = 0;
  metadataRequests = 0;
  emptyFetches = 0;
  commits = 0;
  throttledMs = 0;
  readonly #software = new Set<string>();
  readonly #auth = new Set<string>();
  readonly #oldVersions = new Set<string>();
  // Most clients of many are as they were when they were last asked for.
  #state: ClientState | undefined;
  #answered: AnswerCounts | undefined;
  #flowed: FlowCounts | undefined;

  constructor(listener: string, client: string) {
    this.listener = listener;
    this.client = client;
  }

  get held(): number {
    return this.connections;
  }

  connected(tls: boolean): void {
    this.connections += 1;
    this.opened += 1;
    this.#state = undefined;
    if (tls) this.tlsConnections += 1;
    else this.plainConnections += 1;
  }

  /** `name/version` of its library. */
  uses(software: string): void {
    keep(this.#software, software);
    this.#state = undefined;
  }

  loggedIn(auth: string): void {
    keep(this.#auth, auth);
    this.#state = undefined;
  }

  /** `api/vN`. */
  speaks(oldVersion: string): void {
    keep(this.#oldVersions, oldVersion);
    this.#state = undefined;
  }

  state(): ClientState {
    const answers = this.answers.state();
    const flow = this.flow.state();
    if (this.#state !== undefined && answers === this.#answered && flow === this.#flowed) {
      if (this.#isAsIn(this.#state)) return this.#state;
    }
    this.#answered = answers;
    this.#flowed = flow;
    return (this.#state = {
      listener: this.listener,
      client: this.client,
      software: [...this.#software],
      connections: this.connections,
      opened: this.opened,
      ...answers,
      ...flow,
      uncompressedBatches: this.uncompressedBatches,
      unacknowledged: this.unacknowledged,
      metadataRequests: this.metadataRequests,
      emptyFetches: this.emptyFetches,
      commits: this.commits,
      throttledMs: this.throttledMs,
      tlsConnections: this.tlsConnections,
      plainConnections: this.plainConnections,
      auth: [...this.#auth],
      oldVersions: [...this.#oldVersions],
    });
  }

  #isAsIn(state: ClientState): boolean {
    return (
      state.connections === this.connections &&
      state.uncompressedBatches === this.uncompressedBatches &&
      state.unacknowledged === this.unacknowledged &&
      state.metadataRequests === this.metadataRequests &&
      state.emptyFetches === this.emptyFetches &&
      state.commits === this.commits &&
      state.throttledMs === this.throttledMs
    );
  }
}

/** A word seen again moves to the end; the one not seen for longest goes. */
function keep(words: Set<string>, said: string): void {
  const word = said.length > maxWordLength ? `${said.slice(0, maxWordLength)}…` : said;
  words.delete(word);
  words.add(word);
  if (words.size <= maxWords) return;
  for (const oldest of words) {
    words.delete(oldest);
    return;
  }
}
