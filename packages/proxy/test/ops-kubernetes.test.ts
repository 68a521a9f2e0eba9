import { describe, expect, it } from "vitest";

import { parseDurationMs } from "../src/text/duration.ts";
import { isAdminPath, portOf, readText, readYaml } from "./ops-files.ts";
import type { Tree } from "./ops-files.ts";

interface Deployed {
  readonly folder: string;
  /** Where in the pod the proxy is. */
  readonly containers: "containers" | "initContainers";
}

const deployed: readonly Deployed[] = [
  { folder: "ops/kubernetes/gateway", containers: "containers" },
  { folder: "ops/kubernetes/sidecar", containers: "initContainers" },
];

const resourcesOf = (folder: string): readonly Tree[] => {
  const [kustomization] = readYaml(`${folder}/kustomization.yaml`);
  return kustomization?.get("resources").list.flatMap(({ text }) => readYaml(`${folder}/${text}`)) ?? [];
};

const ofKind = (folder: string, kind: string): readonly Tree[] =>
  resourcesOf(folder).filter((resource) => resource.get("kind").text === kind);

const only = (trees: readonly Tree[]): Tree => {
  expect(trees).toHaveLength(1);
  return trees[0] as Tree;
};

const config = (folder: string): Tree => only(readYaml(`${folder}/pagoda.yaml`));
const listener = (folder: string): Tree => only(config(folder).get("listeners").list);
const deployment = (folder: string): Tree => only(ofKind(folder, "Deployment"));
const pod = (folder: string): Tree => deployment(folder).get("spec", "template");
const milliseconds = (duration: Tree): number => parseDurationMs(duration.text) ?? Number.NaN;

describe.each(deployed)("$folder", ({ folder, containers }) => {
  const proxy = (): Tree => only(pod(folder).get("spec", containers).list);
  const mounts = (): readonly Tree[] => proxy().get("volumeMounts").list;
  const volumes = (): readonly Tree[] => pod(folder).get("spec", "volumes").list;

  it("selects the pods that it makes", () => {
    const labels = pod(folder).get("metadata", "labels").value;
    const selector = deployment(folder).get("spec", "selector", "matchLabels").value;
    expect(labels).toMatchObject(selector as object);
  });

  it("probes paths that the admin server answers, on the port that it binds", () => {
    const ports = proxy().get("ports").list;
    const admin = ports.find((port) => port.get("name").text === "admin");
    expect(admin?.get("containerPort").number).toBe(portOf(config(folder).get("admin", "bind")));
    for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
      const { path, port } = proxy().get(probe, "httpGet").value as { path: string; port: string };
      expect({ path, known: isAdminPath(path), port }).toEqual({ path, known: true, port: "admin" });
    }
    expect(proxy().get("livenessProbe", "httpGet", "path").text).toBe("/live");
    expect(proxy().get("readinessProbe", "httpGet", "path").text).toBe("/ready");
  });

  it("binds the admin server where probes reach it, with a token", () => {
    expect(config(folder).get("admin", "bind").text).toBe("0.0.0.0:9190");
    expect(config(folder).get("admin", "token").text).toMatch(/^\$\{file:/);
  });

  it("gives a drain more time than it takes", () => {
    const grace = pod(folder).get("spec", "terminationGracePeriodSeconds").number * 1_000;
    expect(grace).toBeGreaterThan(milliseconds(config(folder).get("drainTimeout")));
    expect(proxy().has("lifecycle")).toBe(false);
  });

  it("mounts every file that its configuration names, and keeps no secret in it", () => {
    const text = readText(`${folder}/pagoda.yaml`);
    const files = [...text.matchAll(/\/run\/[\w./-]+/g)].map(([file]) => file);
    const folders = mounts().map((mount) => `${mount.get("mountPath").text}/`);
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !folders.some((mounted) => file.startsWith(mounted)))).toEqual([]);
    expect(config(folder).get("clusters", "main", "sasl", "password").text).toMatch(/^\$\{file:/);
  });

  it("mounts volumes that there are, whole and read-only", () => {
    const names = volumes().map((volume) => volume.get("name").text);
    for (const mount of mounts()) {
      expect(names).toContain(mount.get("name").text);
      expect(mount.get("readOnly").value).toBe(true);
      // A file mounted by subPath never changes: certificates and the configuration would not reload.
      expect(mount.has("subPath")).toBe(false);
    }
  });

  it("starts with the configuration of its ConfigMap, under a name that stays", () => {
    const kustomization = only(readYaml(`${folder}/kustomization.yaml`));
    const generated = only(kustomization.get("configMapGenerator").list);
    expect(generated.get("files").value).toEqual(["pagoda.yaml"]);
    expect(kustomization.get("generatorOptions", "disableNameSuffixHash").value).toBe(true);
    const volume = volumes().find((volume) => volume.has("configMap"));
    expect(volume?.get("configMap", "name").text).toBe(generated.get("name").text);
    expect(proxy().get("args").value).toEqual(["run", "--config", "/etc/pagoda/pagoda.yaml"]);
  });

  it("runs as the image's user, with nothing that it can do without", () => {
    const context = {
      ...(pod(folder).get("spec", "securityContext").value as object),
      ...(proxy().get("securityContext").value as object),
    };
    const [, uid, gid] = /^USER (\d+):(\d+)$/m.exec(readText("ops/docker/Dockerfile")) ?? [];
    expect(context).toMatchObject({
      runAsNonRoot: true,
      runAsUser: Number(uid),
      runAsGroup: Number(gid),
      fsGroup: Number(gid),
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    });
  });

  it("asks for memory and limits it, and leaves the CPU without a limit", () => {
    const { requests, limits } = proxy().get("resources").value as Readonly<Record<string, object>>;
    expect(Object.keys(requests ?? {})).toEqual(["cpu", "memory"]);
    expect(Object.keys(limits ?? {})).toEqual(["memory"]);
  });
});

describe("the gateway", () => {
  const folder = "ops/kubernetes/gateway";
  const slots = (): number => listener(folder).get("advertise", "slots").number;
  const bootstrapPort = (): number => portOf(listener(folder).get("bind"));
  const service = (name: string): Tree =>
    only(ofKind(folder, "Service").filter((one) => one.get("metadata", "name").text === name));

  it("has a port in its service for the listener and for each slot behind it", () => {
    const ports = service("pagoda")
      .get("spec", "ports")
      .list.map((port) => port.value);
    const first = bootstrapPort();
    expect(ports).toEqual([
      { name: "bootstrap", port: first, targetPort: first },
      ...Array.from({ length: slots() }, (_, slot) => ({
        name: `slot-${slot}`,
        port: first + 1 + slot,
        targetPort: first + 1 + slot,
      })),
    ]);
  });

  it("advertises the name of that service", () => {
    const { name, namespace } = {
      name: "pagoda",
      namespace: only(ofKind(folder, "Namespace")).get("metadata", "name").text,
    };
    expect(listener(folder).get("advertise", "host").text).toBe(`${name}.${namespace}.svc.cluster.local`);
    expect(only(readYaml(`${folder}/kustomization.yaml`)).get("namespace").text).toBe(namespace);
  });

  it("lets clients reach those ports, and Prometheus the admin server", () => {
    const ingress = only(ofKind(folder, "NetworkPolicy")).get("spec", "ingress").list;
    expect(ingress.map((rule) => rule.get("ports").value)).toEqual([
      [{ port: bootstrapPort(), endPort: bootstrapPort() + slots() }],
      [{ port: portOf(config(folder).get("admin", "bind")) }],
    ]);
  });

  it("lets the proxy reach the brokers' port", () => {
    const brokers = config(folder).get("clusters", "main", "bootstrap").list.map(portOf);
    const egress = only(ofKind(folder, "NetworkPolicy")).get("spec", "egress").list;
    expect(
      egress
        .at(-1)
        ?.get("ports")
        .list.map((port) => port.get("port").number),
    ).toEqual(brokers);
  });

  it("selects its pods by services, budget, policy and spread alike", () => {
    const labels = pod(folder).get("metadata", "labels").value;
    const spread = pod(folder).get("spec", "topologySpreadConstraints").list;
    const selectors = [
      service("pagoda").get("spec", "selector"),
      service("pagoda-admin").get("spec", "selector"),
      only(ofKind(folder, "PodDisruptionBudget")).get("spec", "selector", "matchLabels"),
      only(ofKind(folder, "NetworkPolicy")).get("spec", "podSelector", "matchLabels"),
      ...spread.map((constraint) => constraint.get("labelSelector", "matchLabels")),
    ];
    for (const selector of selectors) expect(selector.value).toEqual(labels);
  });

  it("has a monitor that selects the admin service, by its port, with the admin server's token", () => {
    const monitor = only(readYaml(`${folder}/service-monitor.yaml`));
    const admin = service("pagoda-admin");
    expect(admin.get("metadata", "labels").value).toEqual(
      monitor.get("spec", "selector", "matchLabels").value,
    );
    const endpoint = only(monitor.get("spec", "endpoints").list);
    expect(endpoint.get("port").text).toBe(only(admin.get("spec", "ports").list).get("name").text);
    expect(isAdminPath(endpoint.get("path").text)).toBe(true);
    const { name, key } = endpoint.get("authorization", "credentials").value as { name: string; key: string };
    const volume = pod(folder)
      .get("spec", "volumes")
      .list.find((one) => one.get("name").text === "admin");
    expect(volume?.get("secret", "secretName").text).toBe(name);
    expect(config(folder).get("admin", "token").text).toBe(`\${file:/run/secrets/admin/${key}}`);
  });

  it("keeps a replica while nodes are drained and while it is rolled out", () => {
    expect(deployment(folder).get("spec", "replicas").number).toBeGreaterThanOrEqual(2);
    expect(only(ofKind(folder, "PodDisruptionBudget")).get("spec", "maxUnavailable").number).toBe(1);
    expect(deployment(folder).get("spec", "strategy", "rollingUpdate", "maxUnavailable").number).toBe(0);
  });
});

describe("the sidecar", () => {
  const folder = "ops/kubernetes/sidecar";
  const proxy = (): Tree => only(pod(folder).get("spec", "initContainers").list);

  it("starts before the application and ends after it", () => {
    expect(proxy().get("restartPolicy").text).toBe("Always");
    expect(proxy().get("startupProbe", "httpGet", "path").text).toBe("/ready");
  });

  it("is where the application finds Kafka, and reachable by it alone", () => {
    const app = only(pod(folder).get("spec", "containers").list);
    const variable = only(app.get("env").list);
    expect(variable.get("value").text).toBe(listener(folder).get("bind").text);
    expect(listener(folder).get("bind").text).toMatch(/^127\.0\.0\.1:/);
    expect(listener(folder).get("advertise", "host").text).toBe("127.0.0.1");
  });

  it("is another user than the application", () => {
    const app = only(pod(folder).get("spec", "containers").list);
    const [theirs, ours] = [app, proxy()].map((one) => one.get("securityContext", "runAsUser").number);
    expect(theirs).not.toBe(ours);
  });
});
