// Undoes defanging (semantics 2): the marks that people put into a value so that nobody clicks on it.

/** `text` stands for what was between `from` and `to`. */
export interface Replacement {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** The whole value refanged and trimmed. What is not defanged comes back as it was. */
export function refang(text: string): string {
  const visible = replace(text, invisibleMarks(text))
  return replace(visible, defangMarks(visible)).trim()
}

/** Zero-width characters and soft hyphens, which vanish, and no-break spaces (semantics 2.5). In the order of the text. */
export function invisibleMarks(text: string): readonly Replacement[] {
  if (text.search(invisible) < 0) return []
  const found: Replacement[] = []
  for (const match of text.matchAll(invisible)) {
    found.push({ from: match.index, to: match.index + match[0].length, text: match[1] === undefined ? "" : " " })
  }
  return found
}

/** Defanged dots, colons, slashes, at signs and schemes (semantics 2.1 to 2.4). In the order of the text, never overlapping. */
export function defangMarks(text: string): readonly Replacement[] {
  if (!hint.test(text)) return []
  const found: Replacement[] = []
  for (const match of text.matchAll(marks)) {
    const plain = plainMark(match.groups ?? {})
    if (match.groups?.escaped !== undefined && isPathSeparator(text, match.index)) continue
    found.push({ from: match.index, to: match.index + match[0].length, text: plain })
  }
  return found
}

/** Applies replacements, which are in order and do not overlap. */
export function replace(text: string, replacements: readonly Replacement[]): string {
  if (replacements.length === 0) return text
  const parts: string[] = []
  let end = 0
  for (const { from, to, text: plain } of replacements) {
    parts.push(text.slice(end, from), plain)
    end = to
  }
  parts.push(text.slice(end))
  return parts.join("")
}

const invisible = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|([\u00a0\u2007\u202f])/g

// Cheap: most lines and most values have none of these, and are then not looked at again.
const hint = /[[({][ \t]{0,4}(?:[.:/@]|dot|point|at|arobase)|[.:/@][\])}]|\\\.|[\u3002\uff0e\uff61]|h(?:xx|\*\*|\+\+|tx|xt)p|f[x*]p/i

// Every repetition is bounded, so that a megabyte of brackets costs no more than a megabyte of text.
const open = "[[({]{1,8}"
const close = "[\\])}]{1,8}"
const space = "[ \\t]{0,4}"
const word = "[\\p{L}\\p{N}]"
const bracketed = `${space}${open}${space}(?:(?<dot>\\.|dot|point)|(?<at>@|at|arobase)|(?<rest>:\\/{0,2}|\\/{1,2}))${space}${close}${space}`
// A lone bracket counts only between letters or digits: `[::1]` and `(see evil.example.)` have brackets of their own.
const opened = `(?<=${word})${open}(?<opened>\\.(?=${word})|@(?=${word})|:\\/\\/|:(?=[0-9a-f]))`
const closed = `(?<=${word})(?<closed>\\.|@|:\\/\\/|:)${close}(?=${word}|\\/\\/)`
const escaped = `(?<=${word})(?<escaped>\\\\{1,2})\\.(?=${word})`
const wide = "(?<wide>[\\u3002\\uff0e\\uff61])"
const scheme = `(?<!${word})(?:h(?:xx|\\*\\*|\\+\\+|tx|xt)p(?<https>s?)|f[x*]p(?<ftps>s?))(?=${space}(?:${open})?${space}:)`
const marks = new RegExp(`${bracketed}|${opened}|${closed}|${escaped}|${wide}|${scheme}`, "giu")

function plainMark(groups: Readonly<Record<string, string | undefined>>): string {
  if (groups.https !== undefined) return `http${groups.https.toLowerCase()}`
  if (groups.ftps !== undefined) return `ftp${groups.ftps.toLowerCase()}`
  if (groups.at !== undefined) return "@"
  return groups.rest ?? groups.opened ?? groups.closed ?? "."
}

/** `\.` also stands in Windows paths (`C:\project\.git`), where it separates: another backslash in the same word says so. */
function isPathSeparator(text: string, at: number): boolean {
  const before = /\S*$/.exec(text.slice(Math.max(0, at - wordCharsMax), at))?.[0] ?? ""
  const behind = /^\S*/.exec(text.slice(at, at + wordCharsMax))?.[0] ?? ""
  return /\\{1,2}[^.\\]/.test(before + behind)
}

const wordCharsMax = 256
