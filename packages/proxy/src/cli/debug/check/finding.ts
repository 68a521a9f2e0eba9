/** What a finding is about, in the order in which things are looked at. */
export type Step =
  | "dns"
  | "tcp"
  | "tls"
  | "kafka"
  | "login"
  | "metadata"
  | "broker"
  | "leaders"
  | "controller"
  | "clock"
  | "ports";

/** One line of the report. */
export interface Finding {
  readonly step: Step;
  /** `note`: clients can work, and something should be known. */
  readonly status: "ok" | "note" | "failed";
  /** What was looked at: a host, `HOST:PORT`, a broker; empty for the cluster as a whole. */
  readonly subject: string;
  readonly message: string;
  /** What to do about it. */
  readonly advice?: string;
  /** Milliseconds that it took to connect. */
  readonly ms?: number;
}

/** What is called with each finding, as soon as it is there. */
export type Report = (finding: Finding) => void;

const marks = { ok: "√", note: "!", failed: "×" } as const;

/** A finding as a line: `√` for what works, `!` for what should be known, `×` for what clients fail on. */
export function formatFinding({ step, status, subject, message, advice, ms }: Finding): string {
  const about = subject === "" ? step : step === "broker" ? subject : `${step} ${subject}`;
  const took = ms === undefined ? "" : ` (${ms} ms)`;
  return `${marks[status]} ${about}: ${message}${took}${advice === undefined ? "" : ` - ${advice}`}`;
}
