import type { AnyApi, FieldSchema } from "@pagoda/kafka/protocol";

/** Where in a decoded response there are error codes, and the throttle time. */
export interface ErrorPlaces {
  readonly codes: readonly string[];
  readonly arrays: readonly Inner[];
  readonly structs: readonly Inner[];
}

interface Inner {
  readonly name: string;
  readonly places: ErrorPlaces;
}

type Struct = Readonly<Record<string, unknown>>;

const known = new WeakMap<AnyApi, ErrorPlaces>();

/** Read off the schema, once for each API; a field that a version lacks is 0 or empty in its bodies. */
export function errorPlacesOf(api: AnyApi): ErrorPlaces {
  let places = known.get(api);
  if (places === undefined) known.set(api, (places = placesIn(api.response.schema.fields)));
  return places;
}

function placesIn(fields: readonly FieldSchema[]): ErrorPlaces {
  const inner = fields.flatMap(({ name, array, fields: below }) => {
    const places = placesIn(below ?? []);
    const none = places.codes.length + places.arrays.length + places.structs.length === 0;
    return none ? [] : [{ name, array, places }];
  });
  return {
    codes: fields.filter(({ role }) => role === "errorCode").map(({ name }) => name),
    arrays: inner.filter(({ array }) => array === true),
    structs: inner.filter(({ array }) => array !== true),
  };
}

/** Tells every error code but 0 of a decoded response, at whatever level. */
export function eachError(places: ErrorPlaces, body: unknown, tell: (code: number) => void): void {
  const struct = body as Struct;
  for (const name of places.codes) {
    const code = struct[name];
    if (code !== 0) tell(code as number);
  }
  for (const { name, places: below } of places.structs) {
    const value = struct[name];
    if (value !== null && value !== undefined) eachError(below, value, tell);
  }
  for (const { name, places: below } of places.arrays) {
    const values = struct[name] as readonly unknown[] | null | undefined;
    if (values === null || values === undefined) continue;
    for (const value of values) eachError(below, value, tell);
  }
}

/** What a response says of how long the client was, or has to be, held back; 0 where it has no place for it. */
export function throttleMsOf(body: unknown): number {
  const said = (body as Struct)["throttleTimeMs"];
  return typeof said === "number" ? said : 0;
}
