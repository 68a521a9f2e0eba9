import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parseAllDocuments } from "yaml";

const root = join(import.meta.dirname, "../../..");

/** Text of a file of this repository. */
export function readText(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** Every document of a YAML file of this repository. */
export function readYaml(path: string): readonly Tree[] {
  return parseAllDocuments(readText(path)).map((document) => {
    const [fault] = document.errors;
    if (fault !== undefined) throw fault;
    return new Tree(document.toJS({ maxAliasCount: 100 }), path);
  });
}

/** A value of a YAML file, which says where something is missing instead of failing somewhere else. */
export class Tree {
  readonly value: unknown;
  readonly #at: string;

  constructor(value: unknown, at: string) {
    this.value = value;
    this.#at = at;
  }

  /** By keys and indices. @throws Error when there is nothing */
  get(...path: readonly (string | number)[]): Tree {
    return path.reduce<Tree>((tree, key) => {
      const value = (tree.value as Readonly<Record<string | number, unknown>> | undefined)?.[key];
      if (value === undefined) throw new Error(`${tree.#at} has no ${key}`);
      return new Tree(value, `${tree.#at}.${key}`);
    }, this);
  }

  has(key: string): boolean {
    return typeof this.value === "object" && this.value !== null && key in this.value;
  }

  get text(): string {
    return String(this.value);
  }

  get number(): number {
    return Number(this.value);
  }

  get list(): readonly Tree[] {
    if (!Array.isArray(this.value)) throw new Error(`${this.#at} is not a list`);
    return this.value.map((value, index) => new Tree(value, `${this.#at}[${index}]`));
  }
}

/** The port of a `HOST:PORT`. */
export function portOf(endpoint: Tree): number {
  return Number(endpoint.text.slice(endpoint.text.lastIndexOf(":") + 1));
}

/** The paths that the admin server answers, as its sources name them. */
export function isAdminPath(path: string): boolean {
  return readText("packages/proxy/src/admin/routes.ts").includes(`"${path}"`);
}
