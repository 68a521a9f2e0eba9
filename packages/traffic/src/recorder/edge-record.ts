import type { EdgeState } from "../state/state.ts";
import type { Row } from "./table.ts";

export type EdgeEnds = Pick<EdgeState, "listener" | "from" | "fromKind" | "to" | "toKind" | "op">;

/** What goes from a client to a topic, or from a topic to a group or a client. */
export class EdgeRecord implements Row {
  readonly held = 0;
  lastMs = 0;
  dropped = false;
  requests = 0;
  failed = 0;
  records = 0;
  bytes = 0;
  tlsRequests = 0;
  auth = "-";
  readonly #ends: EdgeEnds;
  // Most edges of many are as they were when they were last asked for.
  #state: EdgeState | undefined;

  constructor(ends: EdgeEnds) {
    this.#ends = ends;
  }

  state(): EdgeState {
    const { requests, failed, records, bytes, tlsRequests, auth, lastMs } = this;
    const last = this.#state;
    // The rest is counted along with requests.
    if (last?.requests === requests && last.records === records && last.bytes === bytes) {
      if (last.lastMs === lastMs) return last;
    }
    return (this.#state = { ...this.#ends, requests, failed, records, bytes, tlsRequests, auth, lastMs });
  }
}
