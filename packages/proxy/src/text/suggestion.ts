import leven from "leven";

/** ` - did you mean --upstream?`, or nothing when no known name is near. */
export function suggestion(given: string, known: readonly string[], prefix = "--"): string {
  const ranked = known.map((name) => ({ name, distance: leven(given, name) }));
  const nearest = ranked.toSorted((a, b) => a.distance - b.distance)[0];
  const near = nearest !== undefined && nearest.distance <= Math.max(2, given.length / 3);
  return near ? ` - did you mean ${prefix}${nearest.name}?` : "";
}
