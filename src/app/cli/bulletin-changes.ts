// What a revision of a bulletin changed, for people and as JSON.
import type { BulletinDiff } from "../../model/bulletin-diff.js"
import type { Indicator } from "../../model/indicator.js"
import type { KeptBulletin } from "../keep-bulletin.js"
import { safe } from "./safe-text.js"

/** How many values of a kind are listed before the rest is counted. */
const listedMax = 20

type Value = Pick<Indicator, "type" | "value">

export interface ChangesJson {
  readonly added: readonly Value[]
  readonly changed: readonly (Value & {
    readonly fields: Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>>
  })[]
  readonly withdrawn: readonly Value[]
}

export function diffToJson({ added, changed, withdrawn }: BulletinDiff): ChangesJson {
  return {
    added: added.map(keyOf),
    changed: changed.map(({ before, after, fields }) => ({
      ...keyOf(after),
      fields: Object.fromEntries(fields.map((field) => [field, { before: fieldOf(before, field), after: fieldOf(after, field) }])),
    })),
    withdrawn: withdrawn.map(keyOf),
  }
}

export function changesToJson(kept: KeptBulletin) {
  const { id, status, bulletin, partial } = kept
  return {
    id,
    status,
    title: bulletin.title,
    format: bulletin.format,
    indicators: bulletin.indicators.length,
    partial: partial ?? null,
    ...diffToJson(kept),
    problems: bulletin.problems,
  }
}

/** `+`, `~` and `-` lines; one line that says so where nothing changed. */
export function renderChanges(diff: BulletinDiff & { readonly partial?: string }): string {
  const { added, changed, withdrawn, partial } = diff
  const lines = [
    `  ${added.length} added, ${changed.length} changed, ${withdrawn.length} withdrawn.`,
    ...listed(added, (indicator) => `  + ${shown(indicator)}`),
    ...listed(
      changed,
      ({ before, after, fields }) => `  ~ ${shown(after)}  ${fields.map((field) => change(before, after, field)).join(", ")}`,
    ),
    ...listed(withdrawn, (indicator) => `  - ${shown(indicator)}`),
    ...(withdrawn.length > 0 ? ["  Withdrawn ones raise no alert any more; they are still hunted, and their old hits stay, marked."] : []),
    ...(partial === undefined ? [] : [`  What it does not name still stands, since ${safe(partial, 200)}.`]),
  ]
  return `${lines.join("\n")}\n`
}

function listed<Item>(items: readonly Item[], line: (item: Item) => string): readonly string[] {
  const rest = items.length - listedMax
  return [...items.slice(0, listedMax).map(line), ...(rest > 0 ? [`    … and ${rest} more (--json lists all)`] : [])]
}

function shown({ type, value }: Indicator): string {
  return `${type} ${safe(value, 160)}`
}

function change(before: Indicator, after: Indicator, field: string): string {
  return `${field}: ${text(fieldOf(before, field))} → ${text(fieldOf(after, field))}`
}

function text(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return "none"
  return safe(Array.isArray(value) ? value.join(" ") : String(value), 80)
}

function fieldOf(indicator: Indicator, field: string): unknown {
  return (indicator as unknown as Record<string, unknown>)[field] ?? null
}

function keyOf({ type, value }: Indicator): Value {
  return { type, value }
}
