import type { JSX } from "preact";
import type { TrafficView } from "@pagoda/traffic/view";

/** Names that are suggested for a field. */
const maxSuggested = 200;

interface FilterProps {
  readonly query: Readonly<Record<string, string>>;
  readonly view: TrafficView | undefined;
  readonly onChange: (key: string, value: string) => void;
}

/** Which requests a tap shows. A name may hold `*`. */
export function TapFilters({ query, view, onChange }: FilterProps): JSX.Element {
  const named: readonly (readonly [key: string, label: string, names: readonly string[]])[] = [
    ["api", "API", view?.apis.map(({ api }) => api) ?? []],
    ["topic", "Topic", view?.topics.map(({ topic }) => topic) ?? []],
    ["client", "Client", view?.clients.map(({ client }) => client) ?? []],
    ["group", "Group", view?.groups.map(({ group }) => group) ?? []],
    ["connection", "Connection", []],
  ];
  const error = query["error"] ?? "";
  return (
    <form class="filters" aria-label="What the tap shows" onSubmit={(event) => event.preventDefault()}>
      {named.map(([key, label, names]) => (
        <label key={key}>
          {label}
          <input
            type="text"
            list={names.length > 0 ? `names-${key}` : undefined}
            placeholder="any"
            value={query[key] ?? ""}
            onChange={(event) => onChange(key, event.currentTarget.value.trim())}
          />
          {names.length > 0 && (
            <datalist id={`names-${key}`}>
              {[...new Set(names)].slice(0, maxSuggested).map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          )}
        </label>
      ))}
      <NumberField label="Slower than, ms" name="slowerThanMs" min={0} query={query} onChange={onChange} />
      <NumberField label="Most a second" name="maxPerSecond" min={1} query={query} onChange={onChange} />
      <NumberField label="Records of each" name="records" min={0} query={query} onChange={onChange} />
      <label class="check">
        <input
          type="checkbox"
          checked={error !== ""}
          onChange={(event) => onChange("error", event.currentTarget.checked ? "any" : "")}
        />
        {error === "" || error === "any" ? "Errors only" : `Only ${error}`}
      </label>
    </form>
  );
}

interface NumberFieldProps extends Pick<FilterProps, "query" | "onChange"> {
  readonly label: string;
  readonly name: string;
  readonly min: number;
}

function NumberField({ label, name, min, query, onChange }: NumberFieldProps): JSX.Element {
  return (
    <label>
      {label}
      <input
        type="number"
        min={min}
        placeholder={{ slowerThanMs: "any", maxPerSecond: "100" }[name] ?? "0"}
        value={query[name] ?? ""}
        onChange={(event) => onChange(name, event.currentTarget.value)}
      />
    </label>
  );
}
