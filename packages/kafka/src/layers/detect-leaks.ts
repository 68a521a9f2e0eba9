import { callable, layer, whole } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import type { Endpoint } from "@pagoda/tcp";

import { addressFinder } from "../cluster-check/find-addresses.ts";
import type { AddressForm, FoundAddress, UpstreamCluster } from "../cluster-check/find-addresses.ts";
import { errorAnswer } from "../errors/error-answer.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import { KafkaResponse, noResponse } from "../response.ts";
import type { Answered } from "../response.ts";

/** An address of the cluster behind the proxy in a response to a client. */
export interface Leak {
  readonly apiKey: number;
  /** The API's name; null for one that this codec does not know. */
  readonly api: string | null;
  readonly apiVersion: number;
  /** Whose address it is; `bootstrap` where it is known as such only. */
  readonly nodeId: number | "bootstrap";
  readonly endpoint: Endpoint;
  /**
   * How it stands there. An `address` is one that the client will connect to. A `text` is one that
   * somebody reads: a broker's setting, the message of an error.
   */
  readonly where: AddressForm;
}

export interface DetectLeaksOptions {
  /** The addresses to look for, as they are when a response comes by. */
  readonly cluster: UpstreamCluster;
  /**
   * Told of the first leak of each API, node and form. It must not throw. What is told of is kept in
   * mind for `maxReports` of them; later ones are only counted.
   */
  readonly onLeak: (leak: Leak) => void;
  /** Told of every leak: for a counter. It must not throw. @default nobody */
  readonly onEveryLeak?: (leak: Leak) => void;
  /** Largest number of different leaks that `onLeak` is told of. @default 1000 */
  readonly maxReports?: number;
}

/**
 * Looks for addresses of the cluster behind the proxy in what a client is about to be sent: one that
 * was not rewritten, which the client would use to go around the proxy, or cannot reach. It changes
 * no byte.
 *
 * Outside `rewriteAddresses`, so that it sees what is left. Make it once and push it into the stack of
 * every connection: what it looks for, and what it told of already, is shared then.
 *
 * - Every response is looked at that is in memory as a whole, in versions and of APIs that the codec
 *   does not know too, and the answer that a failed call will become.
 * - Of Fetch and ShareFetch only the end, where new leaders' addresses stand (KIP-951), and only for
 *   addresses in wire form: what is in records is the clients' own. One that is cut through is not
 *   looked at.
 * - A response that a layer below gave another body is encoded here, once: it goes on as those bytes.
 *
 * Text is told of and goes on: a setting that nobody hides, what an error says. No client connects to
 * it.
 */
export function detectLeaks(options: DetectLeaksOptions): SameLayer<KafkaRequest, KafkaAnswer> {
  const onLeak = callable("onLeak", options.onLeak);
  const onEveryLeak = callable("onEveryLeak", options.onEveryLeak ?? (() => {}));
  const maxReports = whole("maxReports", options.maxReports ?? 1_000, 1);
  const find = addressFinder(options.cluster);
  const told = new Set<string>();

  const tell = ({ apiKey, apiVersion, api }: Answered, { nodeId, endpoint, form }: FoundAddress): void => {
    const leak: Leak = { apiKey, api: api?.name ?? null, apiVersion, nodeId, endpoint, where: form };
    onEveryLeak(leak);
    const key = `${apiKey} ${nodeId} ${form}`;
    if (told.size >= maxReports || told.has(key)) return;
    told.add(key);
    onLeak(leak);
  };
  const look = (response: KafkaResponse, request: KafkaRequest): KafkaResponse => {
    if (!response.whole) return response;
    const frame = frameOf(response, request);
    if (frame === undefined) return response;
    if (!recordApis.has(response.apiKey)) find(frame, (found) => tell(response, found));
    else {
      find(frame.subarray(-fetchTailBytes), (found) => {
        if (found.form === "address") tell(response, found);
      });
    }
    return response.untouched ? response : KafkaResponse.read(frame, response);
  };

  return layer("detectLeaks", (inner) => (request: KafkaRequest, cx) => {
    const answered = (answer: KafkaAnswer): KafkaAnswer =>
      answer === noResponse ? answer : look(answer, request);
    const failed = (error: unknown): never => {
      const answer = answerTo(request, error);
      if (answer !== undefined) look(answer, request);
      throw error;
    };
    return inner.call(request, cx).then(answered, failed);
  });
}

/** Fetch and ShareFetch. */
const recordApis: ReadonlySet<number> = new Set([1, 78]);

/** Room for the addresses of some dozens of brokers at the end of a response. */
const fetchTailBytes = 4_096;

/** What will be sent; undefined for a body that cannot be: whoever sends it says so. */
function frameOf(response: KafkaResponse, request: KafkaRequest): Uint8Array | undefined {
  try {
    // The id it has: another one would be a copy. A response made here has none of its own yet.
    const sameId = response.untouched || request.own;
    return response.toFrame(sameId ? response.correlationId : request.correlationId);
  } catch {
    return undefined;
  }
}

function answerTo(request: KafkaRequest, error: unknown): KafkaResponse | undefined {
  try {
    return errorAnswer(request, error);
  } catch {
    // A request that cannot be read: whoever answers it says so.
    return undefined;
  }
}
