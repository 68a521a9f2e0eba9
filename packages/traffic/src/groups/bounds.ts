/** What bounds the memory that groups take. All of it is soft: what does not fit is not told, and nothing fails. */
export const groupBounds = {
  /**
   * Groups of all listeners together. Names are bounded before that, to 200 unless configured
   * otherwise; a group beyond either has no row of its own.
   */
  maxGroups: 1_000,
  /** Members of one group; further ones are not listed. */
  maxMembers: 1_000,
  /** Clients that are or were members of one group; further ones are not told to other processes. */
  maxClients: 100,
  /** Characters of a member id or an instance id; members with longer ones are not listed. */
  maxIdLength: 512,
  /** Partitions of one group whose positions are kept; further ones have none. */
  maxPartitions: 5_000,
  /** Events of one group's timeline; older ones go. */
  maxEvents: 200,
  /** Rebalances of one group within `rebalanceMemoryMs` that are kept with their time; older ones go. */
  maxRebalances: 200,
  /** How long a rebalance is kept with its time: an hour. */
  rebalanceMemoryMs: 3_600_000,
  /** Pairs of host and client id that are kept with their groups; what was not seen for longest goes. */
  maxReaders: 10_000,
  /** Groups kept of one such pair: from two on nobody can tell them apart. */
  maxGroupsOfReader: 10,
  /** How long a group without members is kept after it was last seen, and a claim to fetches: 15 minutes. */
  idleMs: 900_000,
  /**
   * How long one is kept that has committed offsets: a day, in which its lag is seen to grow. Brokers
   * keep its offsets for a week (`offsets.retention.minutes`).
   */
  abandonedMs: 86_400_000,
  /** Of those as many; the ones seen last. They hold names that others may need. */
  maxAbandoned: 50,
  /** Session timeout of a member whose own is not known: the default of clients, and of brokers (KIP-848). */
  sessionTimeoutMs: 45_000,
  /** How often members are looked through for those that are gone, at most. */
  sweepEveryMs: 1_000,
} as const;
