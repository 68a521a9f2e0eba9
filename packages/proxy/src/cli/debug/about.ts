import type { Command } from "../commands/command.ts";
import type { Flags } from "../flags.ts";

/** What dispatch, help and completion know of a command without loading it. */
type About = Omit<Command, "run"> & { readonly exit: string };

const group = "DEBUG";
const help = { short: "h", help: "print this" } as const;
const output = { short: "o", value: "text|json", help: "how to print it", fallback: "text" } as const;

/** Mechanisms that `check` can log in with. */
export const mechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const;

export const checkFlags = {
  bootstrap: { value: "HOST:PORT[,...]", help: "where clients begin" },
  tls: { help: "speak TLS, trusting the authorities that Node knows" },
  "tls-ca": { value: "FILE", help: "speak TLS, trusting these authorities (PEM)" },
  "sasl-mechanism": { value: "M", help: `log in: ${mechanisms.join(", ")}` },
  "sasl-username": { value: "U", help: "who logs in" },
  "sasl-password-file": { value: "FILE", help: "holds the password" },
  timeout: { value: "DURATION", help: "for each step", fallback: "5s" },
  output,
  help,
} as const satisfies Flags;

export const aboutCheck: About = {
  name: "check",
  group,
  summary: "why can't a client connect? Tries what a client does, step by step",
  usage: ["check --bootstrap HOST:PORT[,HOST:PORT...] [FLAGS]"],
  flags: checkFlags,
  exit: "0 all is well, 1 something failed, 2 wrong usage",
  notes: "EXIT      0 all is well, 1 something failed, 2 wrong usage",
  examples: [
    "pagoda check --bootstrap kafka:9092",
    "pagoda check --bootstrap kafka:9093 --tls-ca ca.pem --timeout 2s",
    "pagoda check --bootstrap kafka:9093 --tls --sasl-mechanism SCRAM-SHA-512 --sasl-username app --sasl-password-file pw",
    "pagoda check --bootstrap kafka:9092 -o json | jq '.findings[] | select(.status == \"failed\")'",
  ],
};

export const explainFlags = {
  output,
  help,
} as const satisfies Flags;

export const aboutExplain: About = {
  name: "explain",
  group,
  summary: "what an error of Kafka means, or what one of its APIs is made of",
  usage: ["explain ERROR|CODE|API [-o text|json]"],
  arguments: [{ name: "ERROR|CODE|API", completes: "error", required: true }],
  flags: explainFlags,
  exit: "0 explained, 2 wrong usage or unknown name",
  notes: "EXIT      0 explained, 2 wrong usage or unknown name",
  examples: [
    "pagoda explain NOT_LEADER_OR_FOLLOWER",
    "pagoda explain 6",
    "pagoda explain Produce",
    "pagoda explain Fetch -o json",
  ],
};

export const decodeFlags = {
  response: { value: "API/vN", help: "the bytes are a response, to this request" },
  records: { help: "the bytes are record batches" },
  offsets: { help: "with offset and length of each field, in bytes" },
  help,
} as const satisfies Flags;

export const aboutDecode: About = {
  name: "decode",
  group,
  summary: "bytes as JSON: a frame, record batches, or a capture of tcpdump",
  usage: ["decode HEX... | FILE | - [--offsets]", "decode ... --response API/vN", "decode ... --records"],
  arguments: [{ name: "HEX|FILE|-", completes: "file" }],
  flags: decodeFlags,
  exit: "0 decoded, 1 not what it should be (what was decoded is printed), 2 wrong usage",
  notes: "EXIT      0 decoded, 1 not what it should be (what was decoded is printed), 2 wrong usage",
  examples: [
    "pagoda decode 0000001a00120003000000070004746573740005746573740231003000",
    "pagoda decode --offsets --response Metadata/v12 response.bin",
    "tcpdump -i any -w - port 9092 | pagoda decode - | jq 'select(.api == \"Produce\")'",
  ],
};
