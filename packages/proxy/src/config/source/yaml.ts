import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, ParsedNode, Range, YAMLError } from "yaml";

import type { ConfigFault } from "../fault.ts";
import { maxDepth, showPath, unresolved } from "./node.ts";
import type { ConfigNode, LeafNode, MapEntry, Origin, Path, SourceFile, Span } from "./node.ts";
import { expand } from "./references.ts";
import { guessSecrets, isSecretPath, isSecretValue } from "./secrets.ts";

/** Nodes of a file at most, those that aliases stand for counted again. */
const maxNodes = 20_000;

/** What the text of a file says. */
export interface ReadYaml {
  /** Undefined where the text is not YAML, or not a mapping. */
  readonly root: ConfigNode | undefined;
  readonly faults: readonly ConfigFault[];
  /** Files that were referred to, absolute. */
  readonly files: readonly string[];
}

/** Where the text is from, and what it may refer to. */
export interface YamlParts {
  readonly name: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Reads YAML (JSON is YAML), keeping the position of every key and value. */
export function readYaml(text: string, { name, folder, env }: YamlParts): ReadYaml {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    keepSourceTokens: false,
  });
  const file: SourceFile = { name, folder, lines: text.split(/\r?\n/), secrets: [] };
  const reader = new YamlReader(file, document, { text, counter, env });
  return reader.read();
}

interface ReaderParts {
  readonly text: string;
  readonly counter: LineCounter;
  readonly env: NodeJS.ProcessEnv;
}

class YamlReader {
  readonly #file: SourceFile;
  readonly #document: Document.Parsed;
  readonly #parts: ReaderParts;
  readonly #faults: ConfigFault[] = [];
  readonly #files: string[] = [];
  #nodes = 0;

  constructor(file: SourceFile, document: Document.Parsed, parts: ReaderParts) {
    this.#file = file;
    this.#document = document;
    this.#parts = parts;
  }

  read(): ReadYaml {
    const { contents, errors, warnings } = this.#document;
    const problems: readonly YAMLError[] = [...errors, ...warnings];
    const broken = problems.filter(({ code }) => code !== "DUPLICATE_KEY");
    if (broken.length > 0) {
      guessSecrets(this.#file);
      // The first fault of syntax is true; those after it are mostly its consequences.
      const first = broken.toSorted((a, b) => a.pos[0] - b.pos[0])[0];
      if (first !== undefined) this.#syntax(first);
      return this.#result(undefined);
    }
    for (const problem of problems) this.#syntax(problem);
    const root = contents === null ? undefined : this.#node(contents, []);
    if (root?.kind === "map") return this.#result(root);
    this.#faults.push({
      path: "",
      message:
        contents === null || (isScalar(contents) && contents.value === null)
          ? "the file is empty"
          : `the file must be a mapping of keys to values, got a ${root?.kind === "list" ? "list" : "single value"}`,
      hint: "a beginning: pagoda init",
      origin:
        root?.kind === "leaf" && root.value === null
          ? this.#origin(undefined)
          : (root?.origin ?? this.#origin(undefined)),
    });
    return this.#result(undefined);
  }

  #result(root: ConfigNode | undefined): ReadYaml {
    return { root, faults: this.#faults, files: this.#files };
  }

  #syntax({ code, message, pos: [start, end] }: YAMLError): void {
    const { text, hint } = told(code, message);
    const word =
      code === "DUPLICATE_KEY" ? (/^[\w"'.-]+/.exec(this.#parts.text.slice(start))?.[0].length ?? 1) : 1;
    const origin = this.#origin([start, Math.max(end, start + word), end]);
    this.#faults.push({ path: "", message: text, hint, origin });
  }

  #node(node: ParsedNode, path: Path): ConfigNode {
    const origin = this.#origin(node.range);
    this.#nodes += 1;
    if (this.#nodes > maxNodes || path.length > maxDepth) {
      if (this.#nodes <= maxNodes + 1) {
        const message = path.length > maxDepth ? "is nested too deep" : `has more than ${maxNodes} values`;
        this.#faults.push({ path: showPath(path.slice(0, 4)), message, origin });
      }
      this.#nodes = maxNodes + 1;
      return { kind: "leaf", value: null, origin, secret: false };
    }
    if (isAlias(node)) {
      const target = node.resolve(this.#document) as ParsedNode | undefined;
      if (target !== undefined) return this.#node(target, path);
      const hint = "quote the text if it really begins with *";
      this.#faults.push({
        path: showPath(path),
        message: "this alias names no anchor before it",
        hint,
        origin,
      });
      return { kind: "leaf", value: unresolved, origin, secret: false };
    }
    if (isMap(node)) {
      const entries = new Map<string, MapEntry>();
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : String(key);
        const at = this.#origin(key.range);
        const child = value === null ? this.#nothing(at) : this.#node(value, [...path, name]);
        // Of keys given twice the first is looked at; the second is a fault already.
        if (!entries.has(name)) entries.set(name, { key: at, node: child });
      }
      const first = node.flow ? undefined : entries.values().next().value?.key;
      return { kind: "map", entries, origin: first ?? this.#origin([node.range[0], node.range[0] + 1, 0]) };
    }
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.#node(item, [...path, index]));
      return { kind: "list", items, origin: this.#origin([node.range[0], node.range[0] + 1, 0]) };
    }
    return this.#leaf(node.value, node.range, path);
  }

  #nothing(origin: Origin): LeafNode {
    return { kind: "leaf", value: null, origin, secret: false };
  }

  #leaf(value: unknown, range: Range, path: Path): LeafNode {
    const origin = this.#origin(range);
    const secret = isSecretPath(path) || isSecretValue(value);
    if (secret && !isReference(value)) this.#hide(range);
    if (typeof value !== "string" || !value.includes("${")) return { kind: "leaf", value, origin, secret };
    const expanded = expand(value, { env: this.#parts.env, folder: this.#file.folder });
    if ("text" in expanded) {
      this.#files.push(...expanded.files);
      const { text, changed } = expanded;
      return {
        kind: "leaf",
        value: text,
        origin,
        secret: secret || expanded.secret || isSecretValue(text),
        ...(changed && { loose: "scalar" }),
      };
    }
    for (const { reference, message, hint } of expanded) {
      // Shown even where the value is secret: what is referred to is not.
      const start = this.#parts.text.indexOf(reference, range[0]);
      const at = start === -1 || start >= range[1] ? range : ([start, start + reference.length, 0] as const);
      this.#faults.push({ path: showPath(path), message, hint, origin: this.#origin(at) });
    }
    // Nothing else is said of a value that is not known.
    return { kind: "leaf", value: unresolved, origin, secret };
  }

  /** Every line of a scalar. */
  #hide([start, end]: Range): void {
    for (let at = start; at < end;) {
      const span = this.#span([at, end, 0]);
      if (span.length > 0) this.#file.secrets.push(span);
      const next = this.#parts.text.indexOf("\n", at);
      at = next === -1 ? end : next + 1;
    }
  }

  #origin(range: Readonly<Range> | undefined): Origin {
    return { from: "file", file: this.#file, span: range && this.#span(range) };
  }

  #span([start, end]: Readonly<Range>): Span {
    const { line, col } = this.#parts.counter.linePos(start);
    const rest = (this.#file.lines[line - 1] ?? "").length - (col - 1);
    return { line, column: col, length: Math.max(0, Math.min(end - start, rest)) };
  }
}

/** References alone, without a fallback, are no secret: what they lead to is. */
function isReference(value: unknown): boolean {
  return typeof value === "string" && /^(?:\$\{(?:[A-Za-z_]\w*|file:[^}]*)\})+$/.test(value);
}

/** The parser's messages, without what they quote of the file: that may be a secret. */
function told(code: string, message: string): { readonly text: string; readonly hint?: string | undefined } {
  switch (code) {
    case "DUPLICATE_KEY":
      return { text: "this key is given twice in one mapping", hint: "keep one of them" };
    case "TAB_AS_INDENT":
      return { text: "YAML is indented with spaces: here is a tab" };
    case "MULTIPLE_DOCS":
      return { text: "the file has more than one YAML document", hint: "take away what follows ---" };
    case "TAG_RESOLVE_FAILED":
      return { text: "tags are not known here", hint: "quote the text if it really begins with !" };
    case "MISSING_CHAR":
      if (/quote/.test(message)) return { text: "a quote is opened and not closed" };
      return { text: `this is not YAML: ${lowered(message)}` };
    default:
      return { text: `this is not YAML: ${lowered(message)}` };
  }
}

function lowered(message: string): string {
  return message.replace(/: .*$/s, "").replace(/^[A-Z](?![A-Z])/, (first) => first.toLowerCase());
}
