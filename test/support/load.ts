import { Producer, ProduceAcks, stringSerializers } from "@platformatic/kafka";

export interface LoadOptions {
  readonly topic: string;
  /** The authority of the server's certificate, PEM. @default no TLS */
  readonly ca?: string;
  /** Times that a send is tried again before it counts as failed. @default 0 */
  readonly retries?: number;
}

/** A producer at work. */
export interface Load {
  /** What was acknowledged so far. */
  readonly sent: readonly string[];
  /** Ends it; resolves with every failure there was. */
  end(): Promise<readonly unknown[]>;
}

/** One message after the other, each acknowledged by all replicas, until it is told to end. */
export function load(bootstrap: string, { topic, ca, retries = 0 }: LoadOptions): Load {
  const producer = new Producer({
    clientId: "load",
    bootstrapBrokers: [bootstrap],
    serializers: stringSerializers,
    retries,
    retryDelay: 100,
    ...(ca !== undefined && { tls: { ca: Buffer.from(ca) } }),
  });
  const failures: unknown[] = [];
  const sent: string[] = [];
  const ended = new AbortController();
  const running = (async () => {
    for (let n = 0; !ended.signal.aborted; n++) {
      const value = String(n);
      try {
        await producer.send({ messages: [{ topic, value }], acks: ProduceAcks.ALL });
        sent.push(value);
      } catch (error) {
        failures.push(error);
      }
    }
    await producer.close();
  })();
  return {
    sent,
    end: async () => {
      ended.abort();
      await running;
      return failures;
    },
  };
}
