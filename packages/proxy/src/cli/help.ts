import { flagHelp } from "./flags.ts";
import { runFlags } from "./run-flags.ts";

export const help: string = `pagoda - a Kafka-aware proxy you can program in TypeScript

USAGE     pagoda COMMAND [FLAGS]

USE IT    run        put the proxy before a Kafka cluster, or any other service
          demo       the proxy before a cluster of its own, with traffic to look at
BUILD     init       write a pagoda.yaml to begin with
OPERATE   validate   check a configuration (--connect: and reach what it names)
          config     print what holds and where it comes from, or its schema
          version    print the version (--json for all of it)
          help       print this, or the help of a command: pagoda run --help

EXAMPLES  pagoda demo
          pagoda run --bootstrap kafka:9092
          pagoda validate -c pagoda.yaml && pagoda run -c pagoda.yaml
          pagoda run --listen :8443 --upstream localhost:8080 --tls-cert cert.pem --tls-key key.pem
`;

export const runHelp: string = `pagoda run - put the proxy before a Kafka cluster, or any other service

USAGE     pagoda run --bootstrap HOST:PORT[,HOST:PORT...] [FLAGS]
          pagoda run [-c FILE] [FLAGS]
          pagoda run --listen HOST:PORT --upstream HOST:PORT [FLAGS]

FLAGS
${flagHelp(runFlags)}

SIGNALS   SIGTERM, SIGINT   stop accepting, let connections finish, then exit 0; a second one exits at once
          SIGHUP            read the configuration again; on any error the one before stays
EXIT      0 stopped in order, 1 runtime error, 2 wrong usage, 78 configuration that cannot work

EXAMPLES  pagoda run --bootstrap kafka:9092
          pagoda run --bootstrap kafka-1:9092,kafka-2:9092 --listen :9092 --advertised-host proxy.example.com
          pagoda run --listen 127.0.0.1:8080 --upstream localhost:3000 --admin 127.0.0.1:9191
          pagoda run --listen :8443 --upstream localhost:8080 --tls-cert cert.pem --tls-key key.pem
`;
