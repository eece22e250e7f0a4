// Names of intrusion sets: their common name, and where a text names them.
import { actors, ambiguousNames, authorities, wordNames } from "./data/actors.js"

/** The common name of an intrusion set; undefined for an unknown or ambiguous one. */
export function namedActor(name: string): string | undefined {
  return ambiguous.has(normal(name)) ? undefined : canonicalNames.get(normal(name))
}

export interface NamedActor {
  readonly name: string
  readonly canonical: string | null
  readonly offset: number
  readonly note?: string
}

/** Actors that a text names, in its order, each name once. */
export function actorsInText(text: string): readonly NamedActor[] {
  const found: NamedActor[] = []
  const seen = new Set<string>()
  for (const match of text.matchAll(actorPattern)) {
    const name = match[0].replace(/\s+/g, " ")
    const key = normal(name)
    if (seen.has(key) || !plausible(name, text, match.index)) continue
    seen.add(key)
    found.push({ name, canonical: namedActor(name) ?? null, offset: match.index })
  }
  return [...found, ...misspelt(text, seen)].sort((a, b) => a.offset - b.offset)
}

export function authoritiesInText(text: string): readonly string[] {
  return authorities.filter((name) => new RegExp(`(?<![\\w-])${escaped(name)}(?![\\w-])`).test(text))
}

const canonicalNames = new Map<string, string>()
const ambiguous = new Set(ambiguousNames.map(normal))
for (const { canonical, aliases } of actors) {
  for (const alias of [canonical, ...aliases]) {
    const known = canonicalNames.get(normal(alias))
    if (known !== undefined && known !== canonical) ambiguous.add(normal(alias))
    canonicalNames.set(normal(alias), canonical)
  }
}
const allNames = [...actors.flatMap(({ canonical, aliases }) => [canonical, ...aliases]), ...ambiguousNames].sort(
  (a, b) => b.length - a.length,
)
// Numbered designations are actor names whoever gave them: an unknown APT99 is shown, without a common name.
const actorPattern = new RegExp(
  `(?<![\\w.-])(?:${allNames.map((name) => escaped(name).replace(/ /g, "\\s+")).join("|")}|APT[- ]?[A-Z]?-?\\d{1,3}|UNC\\d{3,4}|FIN\\d{1,2}|DEV-\\d{4}|Storm-\\d{4})(?![\\w-])`,
  "gi",
)

function plausible(name: string, text: string, offset: number): boolean {
  const key = normal(name)
  // ATT&CK group ids look like many other codes; a name in small letters is a word.
  if (/^G\d{4}$/.test(name)) return /ATT&CK|MITRE/.test(text)
  if (!/[A-Z]/.test(name)) return false
  if (!wordNames.has(key) || name === name.toUpperCase()) return true
  return /\b(?:aka|a\.k\.a\.|also (?:known|tracked) as|alias|connue? sous|dite?|aussi appelée?)\b[^.\n]{0,120}$/i.test(
    text.slice(Math.max(0, offset - 160), offset),
  )
}

/** `APP31` beside `APT31`: one letter off a numbered name that the same text spells right. */
function misspelt(text: string, seen: ReadonlySet<string>): readonly NamedActor[] {
  const found = new Map<string, NamedActor>()
  const numbered = [...seen].filter((name) => /^apt\d+$/.test(name))
  for (const match of text.matchAll(/(?<![\w-])A[A-Z]{1,2}[A-Z](\d{1,3})(?![\w-])|(?<![\w-])[A-Z]PT(\d{1,3})(?![\w-])/g)) {
    const name = match[0]
    const meant = numbered.find((right) => right.slice(3) === (match[1] ?? match[2]))
    if (!meant || seen.has(normal(name)) || found.has(name) || !oneOff(name.replace(/\d+$/, ""))) continue
    const right = meant.toUpperCase()
    found.set(name, {
      name,
      canonical: namedActor(right) ?? null,
      offset: match.index,
      note: `probable misspelling of ${right}, which the same text names`,
    })
  }
  return [...found.values()]
}

function oneOff(letters: string): boolean {
  return letters.length === 3 && [...letters].filter((letter, at) => letter !== "APT"[at]).length === 1
}

function normal(name: string): string {
  const plain = name.trim().toLowerCase().replace(/\s+/g, " ")
  return /^apt[ -]?\d+$/.test(plain) ? plain.replace(/[ -]/, "") : plain
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")
}
