import { spawn } from "node:child_process";
import { once } from "node:events";

import { toolPath } from "../../../scripts/tools.ts";

/** kcat's every way to talk to a broker: metadata, offsets, produce, consume, groups, transactions. */
export async function kcatTraffic(bootstrap: string, topic: string): Promise<void> {
  const records = Array.from({ length: 50 }, (_, n) => `key ${n}:value ${n} ${"é".repeat(n)}\n`).join("");
  const produce = (...options: string[]): Promise<void> =>
    kcat(["-b", bootstrap, "-P", "-t", topic, "-K:", "-H", "trace=1", "-H", "trace=2", ...options], records);
  await kcat(["-b", bootstrap, "-L"]);
  await produce("-X", "acks=all");
  await produce("-X", "acks=1");
  await produce("-X", "acks=0");
  for (const codec of ["gzip", "snappy", "lz4", "zstd"]) await produce("-z", codec);
  await produce("-X", "enable.idempotence=true");
  await produce("-X", `transactional.id=${topic}`);
  await kcat(["-b", bootstrap, "-Q", "-t", `${topic}:0:-1`]);
  await kcat(["-b", bootstrap, "-C", "-t", topic, "-e", "-q", "-o", "beginning"]);
  const group = ["-X", "auto.offset.reset=earliest", "-X", "heartbeat.interval.ms=100"];
  await kcat(["-b", bootstrap, "-G", `${topic}-kcat`, "-e", "-q", ...group, topic]);
  const sticky = ["-X", "partition.assignment.strategy=cooperative-sticky"];
  await kcat(["-b", bootstrap, "-G", `${topic}-kcat-sticky`, "-c", "10", "-q", ...group, ...sticky, topic]);
}

async function kcat(args: readonly string[], input = ""): Promise<void> {
  const child = spawn(toolPath("kcat"), [...args], { stdio: ["pipe", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.end(input);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`kcat ${args.join(" ")} ended with ${code}: ${stderr}`);
}
