/**
 * Protocols in which a client sends requests one behind the other and gets the answers in their
 * order, on one connection: `servePipeline` is the side towards clients, `pipelineClient` the side
 * towards a server. Nothing of Redis here, nor in those two.
 */

/** Finds messages in a stream of bytes. Each connection has one of its own. */
export interface MessageReader<Message> {
  /** Takes bytes as they came. They must not change any more. */
  push(chunk: Uint8Array): void;
  /** The next message; undefined until more bytes come. @throws what the bytes make wrong */
  next(): Message | undefined;
  /** No more bytes will come. @throws when they end within a message */
  end(): void;
}
