/** Characters of what a broker says, at most: its words go into logs and onto `/ready`. */
const maxShown = 200;

const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/** A broker's words on one line: what is invisible becomes a space, what is too long ends in `...`. */
export function shown(words: string): string {
  // Cut first: it may be as long as an answer may be.
  const line = words.slice(0, maxShown + 1).replaceAll(invisible, " ");
  return line.length > maxShown ? `${line.slice(0, maxShown)}...` : line;
}
