import { addressModes, protocols } from "../../options.ts";
import type { AddressMode, Protocol } from "../../options.ts";
import { tlsModes } from "../model.ts";
import type { TlsMode } from "../model.ts";
import { listOf, mapping } from "./collections.ts";
import { layersSchema } from "./layers.ts";
import type { LayerSource } from "./layers.ts";
import { limitsSchema, proxyHeaderSchema, proxyHeaderVersion, timeoutsSchema } from "./listener-bounds.ts";
import type { LimitsSource, ProxyHeaderSource, TimeoutsSource } from "./listener-bounds.ts";
import {
  bindText,
  durationText,
  endpointText,
  hostText,
  nameText,
  oneOf,
  pathText,
  text,
  whole,
} from "./scalars.ts";
import type { Schema } from "./scalars.ts";
import { upstreamTlsSchema } from "./upstream-tls.ts";
import type { UpstreamTlsSource } from "./upstream-tls.ts";

/** Where clients connect, and what happens to them: an entry of `listeners`. */
export interface ListenerSource {
  name?: string | undefined;
  bind?: string | undefined;
  protocol?: Protocol | undefined;
  cluster?: string | undefined;
  upstream?: string | undefined;
  upstreamTls?: boolean | UpstreamTlsSource | undefined;
  connectTimeout?: string | undefined;
  advertise?: AdvertiseSource | undefined;
  unknownApis?: "pass" | "deny" | undefined;
  tls?: ListenerTlsSource | undefined;
  acceptProxyHeader?: ProxyHeaderSource | undefined;
  sendProxyHeader?: 1 | 2 | undefined;
  limits?: LimitsSource | undefined;
  timeouts?: TimeoutsSource | undefined;
  layers?: readonly LayerSource[] | undefined;
}

/** How clients tell the brokers of a cluster apart. */
export interface AdvertiseSource {
  mode?: AddressMode | undefined;
  host?: string | undefined;
  slots?: number | undefined;
  nodeNames?: string | undefined;
  stateFile?: string | undefined;
}

/** What the listener shows to TLS clients. */
export interface ListenerTlsSource {
  cert: string;
  key: string;
  clientCa?: string | undefined;
  mode?: TlsMode | undefined;
}

const advertise = mapping({
  mode: oneOf(addressModes)
    .optional()
    .describe(
      "ports: one behind the listener's for each broker; names: told apart by SNI; addresses: 127.0.1.1 and up; default ports",
    ),
  host: hostText().optional().describe("host that clients are told; default: the listener's"),
  slots: whole(1, 10_000).optional().describe("brokers that can be told apart, at most; default 16"),
  nodeNames: text("the name of a broker with {node} in it", nodeNamesFault)
    .optional()
    .describe("for names: the name of a broker, {node} standing for its node id"),
  stateFile: pathText()
    .optional()
    .describe("remembers brokers and their slots over a restart; default: none"),
});

const listenerTls = mapping({
  cert: pathText().describe("PEM file: the certificate, followed by its chain"),
  key: pathText().describe("PEM file: its private key"),
  clientCa: pathText()
    .optional()
    .describe("PEM file: authorities whose clients are let in; default: no certificate is asked for"),
  mode: oneOf(tlsModes)
    .optional()
    .describe("optional serves clients in plain text on the same port; default required"),
});

const listener: Schema<ListenerSource> = mapping({
  name: nameText()
    .optional()
    .describe("label in metrics and logs; default main, where there is one listener"),
  bind: bindText()
    .optional()
    .describe("where clients connect; default 127.0.0.1:19092 for the first listener before a cluster"),
  protocol: oneOf(protocols)
    .optional()
    .describe("what clients speak; default kafka before a cluster, else detect"),
  cluster: nameText().optional().describe("a name of clusters; default: the only one there is"),
  upstream: endpointText().optional().describe("one service instead of a cluster"),
  upstreamTls: upstreamTlsSchema.optional().describe("speak TLS to the upstream"),
  connectTimeout: durationText().optional().describe("to open a connection to the upstream; default 10s"),
  advertise: advertise.optional().describe("how clients tell the brokers of the cluster apart"),
  unknownApis: oneOf(["pass", "deny"])
    .optional()
    .describe("requests newer than this proxy, before a cluster; default pass"),
  tls: listenerTls.optional().describe("terminate TLS"),
  acceptProxyHeader: proxyHeaderSchema
    .optional()
    .describe("PROXY protocol headers of a balancer; default: none"),
  sendProxyHeader: proxyHeaderVersion
    .optional()
    .describe("version of the PROXY protocol header sent to the upstream; default: none"),
  limits: limitsSchema.optional().describe("bounds of this listener, in each process that serves"),
  timeouts: timeoutsSchema.optional().describe("how long connections may be quiet, or live"),
  layers: layersSchema
    .optional()
    .describe("tiers for requests, outermost first; default metrics, and trace where tracing is configured"),
});

export const listenersSchema: Schema<readonly ListenerSource[]> = listOf(listener, "listeners", 1) as Schema<
  readonly ListenerSource[]
>;

function nodeNamesFault(value: string): string | undefined {
  const [before = "", after = "", ...rest] = value.split("{node}");
  if (!value.includes("{node}")) return "{node} is missing";
  if (rest.length > 0) return "{node} may stand in it once";
  return /\d$/.test(before) || /^\d/.test(after) ? "no digit may stand beside {node}" : undefined;
}
