import { FindCoordinator } from "@pagoda/kafka/protocol";
import type { AnyApi, FieldSchema, MessageSchema } from "@pagoda/kafka/protocol";

import { maxListed } from "./told.ts";
import type { ToldTopics } from "./told.ts";

type Struct = Readonly<Record<string, unknown>>;

/** Where in a decoded message topics, partitions and groups are named. */
interface Places {
  readonly topics: readonly string[];
  readonly topicLists: readonly string[];
  readonly topicIds: readonly string[];
  readonly groups: readonly string[];
  readonly groupLists: readonly string[];
  readonly partition: string | undefined;
  readonly partitionLists: readonly string[];
  readonly structs: readonly { readonly name: string; readonly array: boolean; readonly places: Places }[];
  /** In it, or anywhere below. */
  readonly hasTopics: boolean;
  readonly hasGroups: boolean;
}

const partitionNames = new Set(["partition", "partitionIndex", "partitionId", "index"]);
const partitionLists = new Set(["partitions", "partitionIndexes"]);

const known = new WeakMap<MessageSchema, Places>();

function placesOf(schema: MessageSchema): Places {
  let places = known.get(schema);
  if (places === undefined) known.set(schema, (places = placesIn(schema.fields)));
  return places;
}

function placesIn(fields: readonly FieldSchema[]): Places {
  const withRole = (role: FieldSchema["role"], array: boolean): string[] =>
    fields.filter((one) => one.role === role && (one.array === true) === array).map(({ name }) => name);
  const numbers = fields.filter(({ type }) => type === "int32");
  const structs = fields.flatMap(({ name, array, fields: below }) => {
    if (below === undefined) return [];
    const places = placesIn(below);
    const needed = places.hasTopics || places.hasGroups || places.partition !== undefined;
    return needed ? [{ name, array: array === true, places }] : [];
  });
  const topics = withRole("topicName", false);
  const topicLists = withRole("topicName", true);
  const topicIds = withRole("topicId", false);
  const groups = withRole("groupId", false);
  const groupLists = withRole("groupId", true);
  return {
    topics,
    topicLists,
    topicIds,
    groups,
    groupLists,
    partition: numbers.find(({ name, array }) => array !== true && partitionNames.has(name))?.name,
    partitionLists: numbers
      .filter(({ name, array }) => array === true && partitionLists.has(name))
      .map(({ name }) => name),
    structs,
    hasTopics:
      topics.length + topicLists.length + topicIds.length > 0 ||
      structs.some(({ places }) => places.hasTopics),
    hasGroups: groups.length + groupLists.length > 0 || structs.some(({ places }) => places.hasGroups),
  };
}

/** Whether messages of an API name topics, or groups: others need not be decoded to look for them. */
export function mayName(api: AnyApi, what: "topics" | "groups"): boolean {
  if (api.key === FindCoordinator.key && what === "groups") return true;
  const name = what === "topics" ? "hasTopics" : "hasGroups";
  return placesOf(api.request.schema)[name] || placesOf(api.response.schema)[name];
}

/** Finds what a decoded message names: bounded, whatever the message is. */
export function collectMentions(
  schema: MessageSchema,
  body: unknown,
  topics: ToldTopics,
  groups: Set<string>,
): void {
  collect(placesOf(schema), body as Struct, "", topics, groups);
}

function collect(
  places: Places,
  struct: Struct,
  around: string,
  topics: ToldTopics,
  groups: Set<string>,
): void {
  const addGroup = (group: unknown): void => {
    if (typeof group === "string" && group !== "" && groups.size < maxListed) groups.add(group);
  };
  for (const name of places.groups) addGroup(struct[name]);
  for (const name of places.groupLists) for (const group of listIn(struct, name)) addGroup(group);
  for (const name of places.topicLists) {
    for (const topic of listIn(struct, name)) if (typeof topic === "string") topics.topic(topic);
  }
  const own = ownTopic(places, struct, topics);
  if (own !== "") topics.topic(own);
  const topic = own === "" ? around : own;
  if (topic !== "") {
    const index = places.partition === undefined ? undefined : struct[places.partition];
    if (typeof index === "number") topics.partition(topic, index);
    for (const name of places.partitionLists) {
      for (const one of listIn(struct, name)) topics.partition(topic, one as number);
    }
  }
  for (const { name, array, places: below } of places.structs) {
    const value = struct[name];
    if (value === null || value === undefined) continue;
    for (const inner of array ? (value as readonly Struct[]) : [value as Struct]) {
      collect(below, inner, topic, topics, groups);
    }
  }
}

function ownTopic({ topics: names, topicIds }: Places, struct: Struct, topics: ToldTopics): string {
  const [name] = names;
  const [id] = topicIds;
  if (name === undefined && id === undefined) return "";
  const said = name === undefined ? undefined : (struct[name] as string | null);
  return topics.nameOf(said, id === undefined ? undefined : (struct[id] as string));
}

function listIn(struct: Struct, name: string): readonly unknown[] {
  return (struct[name] as readonly unknown[] | null | undefined) ?? [];
}

/** Groups that a FindCoordinator request asks for: there they are keys of a kind. */
export function coordinatorGroups(body: unknown): readonly string[] {
  const { key, keyType, coordinatorKeys } = body as {
    readonly key: string;
    readonly keyType: number;
    readonly coordinatorKeys: readonly string[];
  };
  if (keyType !== 0) return [];
  return [key, ...coordinatorKeys].filter((one) => one !== "").slice(0, maxListed);
}
