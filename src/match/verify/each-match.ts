// A walk over all matches of a shared pattern: without the copy of it that `matchAll` makes every time.

/** The pattern must be global, and must not match the empty text. */
export function eachMatch(pattern: RegExp, text: string, see: (match: RegExpExecArray) => void): void {
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const next = pattern.lastIndex
    see(match)
    // What it called may have used the same pattern.
    pattern.lastIndex = next
  }
}
