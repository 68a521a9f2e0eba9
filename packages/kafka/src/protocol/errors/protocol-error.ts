/** What a {@link ProtocolError} is about: bytes that break the protocol, or a value that cannot be sent. */
export type ProtocolErrorKind = "protocol" | "invalid" | "overload";

/**
 * The root of every error that this folder throws.
 *
 * The shape and the brand are those of `@pagoda/core`'s `ProxyError`, so `ProxyError.is` and
 * `classify` know it; it is a class of its own because the codec imports nothing from outside.
 */
export abstract class ProtocolError extends Error {
  readonly "~pagoda/ProxyError" = true;
  /** Stable across versions. */
  abstract readonly code: string;
  /** May the same thing be tried again, unchanged? */
  abstract readonly retriable: boolean;
  /** What kind of failure it is. */
  abstract readonly kind: ProtocolErrorKind;

  override get name(): string {
    return this.constructor.name;
  }
}
