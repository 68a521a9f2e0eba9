/**
 * Regular expressions over what clients send, which must never hang the process.
 *
 * JavaScript's expressions backtrack, and nothing can stop one that runs. So a pattern is judged
 * before it is used: how many ways through it can there be on the longest value? Each repeat
 * multiplies them by the lengths it may take, alternatives add theirs up, and a repeat of
 * something that has several ways itself (`(a+)+`, `(a|b)*`, `(a?){9}`) has no useful bound: it is
 * refused, always. So is a pattern with more than `maxWays`; three `.*` after a `^` are within it.
 *
 * Strict on purpose: `(a|b)*` would be harmless, and is written `[ab]*`.
 */

/** Characters in a label value; longer ones are never shown to a pattern. Kafka's own limit for names of topics. */
export const maxValueLength = 249;

const maxPatternLength = 1_000;
const maxWays = (maxValueLength + 1) ** 3;

/**
 * @param option what the pattern is called in an error.
 * @throws RangeError when the pattern is none, or could take too long.
 */
export function labelPattern(option: string, source: string, flags = ""): RegExp {
  const fault = (what: string): RangeError => new RangeError(`${option}: ${what}: ${JSON.stringify(source)}`);
  if (source.length > maxPatternLength) throw fault(`a pattern of more than ${maxPatternLength} characters`);
  let pattern: RegExp;
  try {
    pattern = new RegExp(source, `u${flags}`);
  } catch (error) {
    throw fault((error as Error).message);
  }
  const starts = source.startsWith("^") && !source.includes("|") ? 1 : maxValueLength + 1;
  const ways = new Ways(source).count();
  if (ways === Infinity) throw fault("a repeat inside a repeat, or of alternatives, could take for ever");
  if (starts * ways > maxWays) throw fault("too many repeats could take too long; begin with ^ or use fewer");
  return pattern;
}

/** Counts the ways through a pattern that `RegExp` has accepted. */
class Ways {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** Alternatives, up to the end or the `)` of the group. */
  count(): number {
    let sum = 0;
    let product = 1;
    while (this.#at < this.#source.length && this.#source[this.#at] !== ")") {
      if (this.#source[this.#at] === "|") {
        this.#at++;
        sum += product;
        product = 1;
      } else {
        product *= this.#repeated(this.#atom());
      }
    }
    return sum + product;
  }

  #atom(): number {
    const first = this.#source[this.#at++];
    if (first === "\\") this.#at += this.#skip(/^(?:[pP]\{[^}]*\}|u\{[^}]*\}|k<[^>]*>|[^])/u);
    if (first === "[") this.#at += this.#skip(/^(?:\\[^]|[^\]\\])*\]/u);
    if (first !== "(") return 1;
    this.#at += this.#skip(/^\?(?:[:=!]|<[=!]|<[^>]*>|[a-z-]*:)/u);
    const ways = this.count();
    this.#at++;
    return ways;
  }

  #repeated(ways: number): number {
    const [text = "", low, comma, high] =
      /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/u.exec(this.#source.slice(this.#at)) ?? [];
    this.#at += text.length;
    if (text === "") return ways;
    if (text.startsWith("?")) return ways + 1;
    const least = low === undefined ? 0 : Number(low);
    const most = comma === "" ? least : high ? Number(high) : Infinity;
    if (ways > 1 && most > 1) return Infinity;
    return Math.max(1, Math.min(most, maxValueLength) - least + 1);
  }

  #skip(what: RegExp): number {
    return what.exec(this.#source.slice(this.#at))?.[0].length ?? 0;
  }
}
