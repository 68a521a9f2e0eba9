/** One side of a SASL conversation: the client's (RFC 4422). It is used once. */
export interface SaslMechanism {
  /** As SaslHandshake names it: `SCRAM-SHA-512`. */
  readonly name: string;
  /** What the client begins with. */
  first(): Uint8Array;
  /**
   * What follows a challenge of the server; undefined when nothing does, and the server has shown
   * what it has to.
   * @throws Error for a challenge that makes no sense. Its message names nothing secret.
   */
  next(challenge: Uint8Array): Promise<Uint8Array | undefined>;
}

/** Begins a conversation; called for each login. */
export type BeginSasl = () => SaslMechanism;
