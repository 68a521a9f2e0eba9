/**
 * From where on something is a problem. All are of one client, topic or group of one listener. Where
 * nothing else is said, counts are those of the last minute, never scaled up: a client that has been
 * there for ten seconds must have done it that often in ten.
 *
 * A number is where clients as they are set up by default, or a few hundred of them, stay well below,
 * and where it begins to cost the cluster or the client something.
 */
export const thresholds = {
  tinyBatches: {
    /** Mean records a batch. One record a batch costs about as much as a full one: the header is 61 bytes. */
    recordsPerBatchBelow: 2,
    /**
     * A second, over what there is of the minute. Below, records come too far apart to be gathered within
     * a delay that does no harm, and cost nobody anything.
     */
    batchesPerSecondAbove: 10,
    /** Of a few, right after the start, nothing can be said. */
    batchesFrom: 100,
  },
  noCompression: {
    /** Bytes produced: 1 MiB. Below, compression saves nothing worth its CPU. */
    bytesAbove: 1_048_576,
    /** Share of batches. Small ones are left uncompressed by some clients that compress. */
    shareAbove: 0.9,
  },
  acksZero: {
    /** Produce requests with acks=0. Each may be lost without a trace: one is enough. */
    requestsFrom: 1,
  },
  metadataStorm: {
    /**
     * Metadata requests for each connection there was. Clients ask each 5 minutes, and once for each
     * error; one a second is asking in a loop.
     */
    requestsPerConnectionAbove: 60,
    /** All connections together, where each asks more than `requestsPerConnectionFrom` times. */
    requestsAbove: 600,
    requestsPerConnectionFrom: 6,
  },
  reconnectLoop: {
    /**
     * Connections opened. A client with a hundred connections opens them once. One that opens this many
     * and ends is taken for a loop until a minute has passed.
     */
    openedFrom: 20,
    /** Opened for each that is open: twice is a client that was restarted. */
    openedPerConnectionFrom: 3,
  },
  rebalanceLoop: {
    /** Of how long rebalances count, in milliseconds: 15 minutes. */
    overMs: 900_000,
    rebalancesFrom: 3,
    /** Milliseconds from the first of a new group in which members join one by one: a start, no loop. */
    startUpMs: 60_000,
    /** Milliseconds from the first to the last: a deployment that goes member by member is over sooner. */
    lastsFromMs: 180_000,
    /** It is over after so many of its own mean intervals without one, and at least a minute. */
    overAfterIntervals: 3,
  },
  hotPartition: {
    /** Share of the topic's bytes on one partition. */
    shareAbove: 0.8,
    /** Partitions that it has, as far as is known; of two, one is easily ahead. */
    partitionsFrom: 3,
    /** Records to the topic. */
    recordsFrom: 1_000,
    /**
     * Bytes to the topic: 512 KiB. Of records without a key producers send so many bytes to one partition
     * before they go on to the next: Java's 16 KiB, which is its `batch.size` (KIP-794).
     */
    bytesFrom: 524_288,
  },
  emptyFetches: {
    /** A second. */
    perSecondAbove: 50,
    /** A second and connection: with Kafka's default of `fetch.max.wait.ms` (500) it is 2. */
    perSecondAndConnectionAbove: 4,
  },
  commitPerRecord: {
    /** OffsetCommit requests. */
    commitsAbove: 60,
    /** For each connection: a commit each 5 seconds, which is Kafka's default, makes 12. */
    commitsPerConnectionAbove: 12,
    /** For each record fetched. */
    commitsPerRecordAbove: 0.5,
  },
  leaderMoves: {
    /** Of how long moves count, in milliseconds: 10 minutes. */
    overMs: 600_000,
    /** Of one partition. One is a broker that restarts, two are its going and coming back. */
    movesFrom: 3,
  },
} as const;

/** Milliseconds that something must have been a problem before it is said to be one. */
export const appearsAfterMs = 10_000;
/** Milliseconds that it must have been none before it goes. */
export const goesAfterMs = 60_000;
