// File names and paths, found by their longest word: the token is looked up, then what stands around it is compared.

export interface FileTable {
  /** Names and Windows paths: compared in lower case, with every run of separators as one `/`. */
  readonly folded: Anchors | undefined
  /** POSIX paths: compared as they are. */
  readonly verbatim: Anchors | undefined
}

/** By the anchor, then by how much of the value stands before and behind it. */
export type Anchors = ReadonlyMap<string, readonly Neighbourhood[]>

export interface Neighbourhood {
  readonly before: number
  readonly behind: number
  /** By the whole value, in the form that is compared. */
  readonly values: Map<string, FileOwners>
}

export interface FileOwners {
  readonly exact: number[]
  /** Indicators whose variable was cut off. */
  readonly rest: number[]
}

export interface FileIndicator {
  readonly indicator: number
  readonly value: string
}

export function fileTable(indicators: readonly FileIndicator[]): FileTable {
  const folded: Builder = new Map()
  const verbatim: Builder = new Map()
  for (const { indicator, value } of indicators) {
    const posix = isPosix(value)
    const table = posix ? verbatim : folded
    const form = posix ? (text: string) => text : fold
    add(table, form(value), indicator, "exact")
    const rest = value.replace(variable, "")
    if (rest !== value) add(table, form(rest), indicator, "rest")
  }
  return { folded: built(folded), verbatim: built(verbatim) }
}

/** Lower case and one kind of separator. */
export function fold(text: string): string {
  return lowerCase(text.normalize("NFC").replace(/[\\/]+/g, "/"))
}

/** Lower case of the same length, so that places stay what they are: `İ` would become two characters. */
export function lowerCase(text: string): string {
  const lower = text.toLowerCase()
  if (lower.length === text.length) return lower
  return Array.from({ length: text.length }, (_, at) => {
    const char = text.charAt(at).toLowerCase()
    return char.length === 1 ? char : text.charAt(at)
  }).join("")
}

// `%TEMP%`, `~`, `~bob`, `$HOME`, `${HOME}`, `$env:TEMP`: only with a path behind it.
const variable = /^(?:%[^%\\/]{1,64}%|~[^\\/]{0,64}|\$(?:env:\w{1,64}|\w{1,64}|\{\w{1,64}\}))(?=[\\/])/i

function isPosix(value: string): boolean {
  return /^(?:\/|~|\$)/.test(value) && !value.includes("\\") && !/^\$env:/i.test(value)
}

type Builder = Map<string, Map<string, Neighbourhood>>

function add(table: Builder, form: string, indicator: number, kind: "exact" | "rest"): void {
  const anchor = anchorOf(form)
  if (!anchor) return
  const neighbourhoods = table.get(anchor.text) ?? new Map<string, Neighbourhood>()
  table.set(anchor.text, neighbourhoods)
  const behind = form.length - anchor.at - anchor.text.length
  const key = `${anchor.at} ${behind}`
  const neighbourhood = neighbourhoods.get(key) ?? { before: anchor.at, behind, values: new Map<string, FileOwners>() }
  neighbourhoods.set(key, neighbourhood)
  const owners = neighbourhood.values.get(form) ?? { exact: [], rest: [] }
  neighbourhood.values.set(form, owners)
  owners[kind].push(indicator)
}

/** The longest word of the value: the text must hold it as a word too. Dots at its end are lost there as in the text. */
function anchorOf(form: string): { readonly text: string; readonly at: number } | undefined {
  let best: { text: string; at: number } | undefined
  for (const match of form.matchAll(/[\p{L}\p{M}\p{N}_.-]+/gu)) {
    const text = match[0].replace(/\.+$/, "")
    if (text.length > (best?.text.length ?? 0)) best = { text, at: match.index }
  }
  return best
}

function built(table: Builder): Anchors | undefined {
  if (table.size === 0) return undefined
  return new Map(Array.from(table, ([anchor, neighbourhoods]) => [anchor, [...neighbourhoods.values()]]))
}
