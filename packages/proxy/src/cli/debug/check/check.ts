import type { Endpoint } from "@pagoda/tcp";

import type { Reach } from "./broker-talk.ts";
import { checkBootstrap } from "./check-bootstrap.ts";
import { checkBrokers } from "./check-brokers.ts";
import { checkCluster, checkLeaders } from "./check-cluster.ts";
import { checkPorts } from "./check-ports.ts";
import type { RunPorts } from "./check-ports.ts";
import type { Finding, Report } from "./finding.ts";

export interface CheckOptions extends Reach {
  /** Where clients are told to begin. */
  readonly bootstrap: readonly Endpoint[];
  /** What `pagoda run` would listen on. @default its own defaults */
  readonly ports?: RunPorts;
}

/**
 * Does what a client does when it connects, step by step, and reports what works and what does not.
 * Every step is bounded by `timeoutMs`; a step that needs a failed one is left out.
 * @param onFinding told of each finding as it comes
 * @returns all findings
 */
export async function check(
  { bootstrap, ports, ...reach }: CheckOptions,
  onFinding: Report = () => {},
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const report: Report = (finding) => {
    findings.push(finding);
    onFinding(finding);
  };
  const answering: Endpoint[] = [];
  for (const endpoint of bootstrap) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, for a report in order
    if (await checkBootstrap(endpoint, reach, report)) answering.push(endpoint);
  }
  const [first] = answering;
  const metadata = first === undefined ? undefined : await checkCluster(first, reach, report);
  if (metadata !== undefined) {
    await checkBrokers(metadata, reach, report);
    checkLeaders(metadata, report);
    await checkPorts(metadata.brokers.length, report, ports);
  }
  return findings;
}
