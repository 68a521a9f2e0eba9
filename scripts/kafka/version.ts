/** The Apache Kafka that tests and `npm run kafka` run. */
export const kafkaVersion = "4.3.1";

/** The Scala that Kafka's broker is built with: part of its artifact's name. */
export const scalaVersion = "2.13";

/** The log4j of that Kafka. Its slf4j binding is not among Kafka's own dependencies and must match. */
export const log4jVersion = "2.25.4";
