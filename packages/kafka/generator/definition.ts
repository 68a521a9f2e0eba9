/** A message definition as Kafka's JSON files have it. Only the keys that this generator reads. */
export interface Definition {
  readonly apiKey?: number;
  readonly type: string;
  readonly name: string;
  readonly validVersions: string;
  readonly flexibleVersions?: string;
  readonly latestVersionUnstable?: boolean;
  readonly fields?: readonly DefinitionField[];
  readonly commonStructs?: readonly DefinitionStruct[];
}

export interface DefinitionStruct {
  readonly name: string;
  readonly versions?: string;
  readonly fields: readonly DefinitionField[];
}

export interface DefinitionField {
  readonly name: string;
  readonly type: string;
  readonly versions?: string;
  readonly nullableVersions?: string;
  readonly taggedVersions?: string;
  readonly flexibleVersions?: string;
  readonly tag?: number | string;
  readonly default?: string | number | boolean;
  readonly ignorable?: boolean;
  readonly entityType?: string;
  readonly fields?: readonly DefinitionField[];
}

/** Parses one definition file: JSON with `//` comments. */
export function parseDefinition(text: string): Definition {
  return JSON.parse(withoutComments(text)) as Definition;
}

/** Blanks `//` comments, which may stand anywhere outside a string. */
export function withoutComments(text: string): string {
  let result = "";
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? "";
    if (inString) {
      result += char;
      if (char === "\\") result += text[++i] ?? "";
      else if (char === '"') inString = false;
    } else if (char === "/" && text[i + 1] === "/") {
      while (i + 1 < text.length && text[i + 1] !== "\n") i++;
    } else {
      result += char;
      if (char === '"') inString = true;
    }
  }
  return result;
}
