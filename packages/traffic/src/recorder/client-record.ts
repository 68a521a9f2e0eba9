import type { ClientState } from "../state/state.ts";
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
    if (tls) this.tlsConnections += 1;
    else this.plainConnections += 1;
  }

  /** `name/version` of its library. */
  uses(software: string): void {
    keep(this.#software, software);
  }

  loggedIn(auth: string): void {
    keep(this.#auth, auth);
  }

  /** `api/vN`. */
  speaks(oldVersion: string): void {
    keep(this.#oldVersions, oldVersion);
  }

  state(): ClientState {
    return {
      listener: this.listener,
      client: this.client,
      software: [...this.#software],
      connections: this.connections,
      opened: this.opened,
      ...this.answers.state(),
      ...this.flow.state(),
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
    };
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
