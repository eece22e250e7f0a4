// How a bulletin is shown: one JSON object (a contract, fields are only ever added), or a page that a tired reader understands at a glance.
import type { Bulletin, LeftOut } from "../../model/bulletin.js"
import type { Indicator } from "../../model/indicator.js"
import type { Problem } from "../../model/problem.js"
import { safe } from "./safe-text.js"

export interface BulletinJson {
  readonly format: string
  readonly title: string | null
  readonly publisher: string | null
  readonly published: string | null
  readonly tlp: string | null
  readonly pap: string | null
  readonly window: { readonly from: string | null; readonly to: string | null }
  readonly request: string | null
  readonly contact: string | null
  readonly actors: readonly { readonly name: string; readonly canonical: string | null; readonly source: string; readonly note?: string }[]
  readonly references: readonly string[]
  readonly authorities: readonly string[]
  readonly campaigns: readonly string[]
  readonly indicators: readonly {
    readonly type: string
    readonly value: string
    readonly validFrom: string | null
    readonly validUntil: string | null
    readonly confidence: number | null
    readonly toIds: boolean | null
    readonly tlp: string | null
    readonly marks: readonly string[]
    readonly provenance: string
    readonly original?: string
    readonly techniques?: readonly string[]
    readonly relations?: Indicator["relations"]
    readonly comment?: string
  }[]
  readonly leftOut: readonly LeftOut[]
  readonly problems: readonly Problem[]
}

/** The machine form of `bulletin show --json`. */
export function bulletinToJson(bulletin: Bulletin): BulletinJson {
  const { format, title, publisher, published, tlp, pap, window, request, contact, actors, references, authorities, leftOut, problems } =
    bulletin
  return {
    format,
    title,
    publisher,
    published,
    tlp,
    pap,
    window,
    request,
    contact,
    actors,
    references: references ?? [],
    authorities: authorities ?? [],
    campaigns: bulletin.campaigns ?? [],
    indicators: bulletin.indicators.map(indicatorToJson),
    leftOut,
    problems,
  }
}

/** How many values of a kind are listed before the rest is counted. */
const listedMax = 40
const leftOutListedMax = 25

/** The human form; `name` stands where there is no title. What will be hunted first, then what was left out and why, then what the bulletin says of itself. */
export function renderBulletin(bulletin: Bulletin, name = "(no title)"): string {
  const lines = [
    ...answer(bulletin, name),
    ...statement(bulletin),
    ...indicatorLines(bulletin),
    ...markLines(bulletin.indicators),
    ...leftOutLines(bulletin.leftOut),
    ...problemLines(bulletin),
  ]
  return `${lines.join("\n")}\n`
}

/** `161 ipv4-addr, 3 url`. */
export function countsByType(indicators: readonly Indicator[]): string {
  return [...countBy(indicators, ({ type }) => type)].map(([type, count]) => `${count} ${type}`).join(", ")
}

function indicatorToJson(indicator: Indicator): BulletinJson["indicators"][number] {
  const { type, value, validFrom, validUntil, confidence, toIds, tlp, marks, provenance, original, techniques, relations, comment } =
    indicator
  return {
    type,
    value,
    validFrom: validFrom ?? null,
    validUntil: validUntil ?? null,
    confidence: confidence ?? null,
    toIds: toIds ?? null,
    tlp: tlp ?? null,
    marks,
    provenance,
    ...(original === undefined ? {} : { original }),
    ...(techniques === undefined ? {} : { techniques }),
    ...(relations === undefined ? {} : { relations }),
    ...(comment === undefined ? {} : { comment }),
  }
}

function answer(bulletin: Bulletin, named: string): readonly string[] {
  const { indicators, leftOut } = bulletin
  const name = safe(bulletin.title ?? named, 120)
  const withdrawn = indicators.filter(({ marks }) => marks.includes("withdrawn")).length
  if (indicators.length === 0) return [name, `No indicators found: recognised as ${bulletin.format}.`, ...pointers(bulletin)]
  const counts = countsByType(indicators)
  return [
    name,
    `${indicators.length} ${plural(indicators.length, "indicator")} will be hunted: ${counts}.`,
    ...(withdrawn > 0 ? [`${withdrawn} of them withdrawn by the publisher: still hunted, ranked lower, no alert.`] : []),
    `${leftOut.length} ${plural(leftOut.length, "value")} left out${leftOut.length > 0 ? ", with reasons below" : ""}.`,
  ]
}

/** Where a document without indicators sends its reader. */
function pointers({ references, authorities }: Bulletin): readonly string[] {
  if (references?.length)
    return ["Hunt with the bulletins that it points to:", ...references.slice(0, 10).map((reference) => `  ${safe(reference, 300)}`)]
  if (authorities?.length)
    return [`It names no bulletin by id or address; those whom it cites publish theirs: ${safe(authorities.join(", "), 200)}.`]
  return []
}

function statement(bulletin: Bulletin): readonly string[] {
  const { window } = bulletin
  const rows: readonly (readonly [string, string | null])[] = [
    ["Format", bulletin.format],
    ["Publisher", bulletin.publisher],
    ["Published", bulletin.published],
    [
      "Marking",
      [
        bulletin.tlp ? `TLP:${bulletin.tlp.toUpperCase()}` : "no TLP (unmarked is not clear)",
        bulletin.pap ? `PAP:${bulletin.pap.toUpperCase()}` : "",
      ]
        .filter((part) => part !== "")
        .join(", "),
    ],
    ["Window", window.from || window.to ? `${window.from ?? "open"} to ${window.to ?? "open"}` : null],
    ["Request", bulletin.request],
    ["Contact", bulletin.contact],
    ["Actors", bulletin.actors.length > 0 ? bulletin.actors.map(actorText).join("; ") : null],
    ["Campaigns", bulletin.campaigns?.length ? bulletin.campaigns.join("; ") : null],
    ["Bodies", bulletin.authorities?.length ? bulletin.authorities.join(", ") : null],
    ["Refers to", bulletin.references?.length ? bulletin.references.slice(0, 10).join(", ") : null],
  ]
  return ["", ...rows.flatMap(([label, value]) => (value === null ? [] : [`  ${label.padEnd(10)}${safe(value, 600)}`]))]
}

function actorText({ name, canonical, note }: Bulletin["actors"][number]): string {
  const common = canonical !== null && canonical.toLowerCase() !== name.toLowerCase() ? ` = ${canonical}` : ""
  const unclear = canonical === null ? " (no common name: unknown or ambiguous)" : ""
  return `${name}${common}${note ? ` (${note})` : unclear}`
}

function indicatorLines({ indicators, window }: Bulletin): readonly string[] {
  const lines: string[] = []
  for (const [type, count] of countBy(indicators, (indicator) => indicator.type)) {
    lines.push("", `${type} (${count})`)
    const ofType = indicators.filter((indicator) => indicator.type === type)
    for (const indicator of ofType.slice(0, listedMax)) lines.push(`  ${safe(indicator.value, 200)}${remarks(indicator, window)}`)
    if (ofType.length > listedMax) lines.push(`  … and ${ofType.length - listedMax} more (--json lists all)`)
  }
  return lines
}

/** Marks, and dates where they are not those of the whole bulletin. */
function remarks({ marks, validFrom, validUntil }: Indicator, window: Bulletin["window"]): string {
  const day = (instant: string | null | undefined): string | undefined => instant?.slice(0, 10)
  const parts = [...marks]
  if (day(validFrom) !== day(window.from) || day(validUntil) !== day(window.to))
    parts.push(`valid ${day(validFrom) ?? "…"} to ${day(validUntil) ?? "…"}`)
  return parts.length > 0 ? `  [${safe(parts.join(", "), 200)}]` : ""
}

const meanings: Readonly<Record<string, string>> = {
  reserved: "an address of a special range, such as private or documentation",
  "to-ids-false": "its publisher would not alert on it",
  "leading-zeros": "spelt with leading zeros, read as decimal",
  "host-bits": "a network spelt with an address inside it",
  retyped: "the document calls it another kind of value",
  withdrawn: "taken back by its publisher",
}

/** What the marks in the list mean; all of these are hunted nevertheless. */
function markLines(indicators: readonly Indicator[]): readonly string[] {
  const marks = [...new Set(indicators.flatMap((indicator) => indicator.marks))].sort()
  if (marks.length === 0) return []
  const width = Math.max(...marks.map((mark) => mark.length))
  return ["", "Marks (hunted all the same)", ...marks.map((mark) => `  ${mark.padEnd(width)}  ${meaningOf(mark)}`)]
}

function meaningOf(mark: string): string {
  const list = /^warninglist:(.*)$/.exec(mark)?.[1]
  return list === undefined ? (meanings[mark] ?? "") : `on the list of known values ${list}: many harmless contacts are likely`
}

function leftOutLines(leftOut: readonly LeftOut[]): readonly string[] {
  if (leftOut.length === 0) return []
  const lines = ["", `Left out (${leftOut.length})`]
  for (const [reason, count] of countBy(leftOut, (left) => left.reason)) {
    lines.push(`  ${safe(reason, 160)} (${count})`)
    const values = leftOut.filter((left) => left.reason === reason)
    for (const { value, provenance } of values.slice(0, 5)) lines.push(`    ${safe(value, 120) || "(empty)"}  ${safe(provenance, 120)}`)
    if (values.length > 5) lines.push(`    … and ${values.length - 5} more`)
    if (lines.length > leftOutListedMax * 6) {
      lines.push("  … (--json lists all)")
      break
    }
  }
  return lines
}

/** Problems beyond those that say why a value was left out. */
function problemLines({ problems, leftOut }: Bulletin): readonly string[] {
  const told = new Set(leftOut.map(({ provenance, reason }) => `${provenance} ${reason}`))
  const rest = problems.filter(({ where, message }) => !told.has(`${where} ${message}`))
  if (rest.length === 0) return []
  return [
    "",
    `Not understood (${rest.length})`,
    ...rest.slice(0, 20).map(({ code, where, message }) => `  ${code}: ${safe(where, 120)}: ${safe(message, 200)}`),
    ...(rest.length > 20 ? [`  … and ${rest.length - 20} more`] : []),
  ]
}

function countBy<Item>(items: readonly Item[], key: (item: Item) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1)
  return counts
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`
}
