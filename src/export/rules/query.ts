// One speller for all query languages: conditions are plain values, a dialect is a handful of words and its way to quote.
import type { Indicator } from "../../model/indicator.js"
import { addressBlocks } from "./address-blocks.js"
import { isTame } from "./tame.js"

/** What a field must be: one of some texts, a name or one below it, or an address within a network. */
export type Condition =
  | { readonly op: "in"; readonly field: string; readonly values: readonly string[] }
  | { readonly op: "under"; readonly field: string; readonly name: string }
  | { readonly op: "within"; readonly field: string; readonly network: string }

export interface Dialect {
  /** A string literal: no text may end it early. */
  readonly quote: (text: string) => string
  readonly or: string
  /** `field` is spelt as the dialect's schema has it; `list` is quoted and joined. */
  readonly in: (field: string, list: string) => string
  readonly equals: (field: string, literal: string) => string
  readonly endsWith: (field: string, literal: string) => string
  readonly within: (field: string, literal: string, version: 4 | 6) => string
  /** Keeps an or-group together inside a larger condition. */
  readonly group: (text: string) => string
}

export function spell(dialect: Dialect, conditions: readonly Condition[]): string {
  const parts = conditions.map((condition) => spellOne(dialect, condition))
  return parts.length === 1 ? (parts[0] as string) : dialect.group(parts.join(` ${dialect.or} `))
}

function spellOne(dialect: Dialect, condition: Condition): string {
  switch (condition.op) {
    case "in":
      return dialect.in(condition.field, condition.values.map(dialect.quote).join(", "))
    case "within":
      return dialect.within(condition.field, dialect.quote(condition.network), condition.network.includes(":") ? 6 : 4)
    case "under": {
      const equal = dialect.equals(condition.field, dialect.quote(condition.name))
      return `${equal} ${dialect.or} ${dialect.endsWith(condition.field, dialect.quote(`.${condition.name}`))}`
    }
  }
}

/** Single addresses in one list for each field, networks one by one. */
export function addressConditions(indicators: readonly Indicator[], fields: readonly string[]): readonly Condition[] {
  const blocks = indicators.flatMap(({ value }) => addressBlocks(value))
  const single = blocks.filter(({ text }) => !text.includes("/")).map(({ text }) => text)
  const wide = blocks.filter(({ text }) => text.includes("/")).map(({ text }) => text)
  return fields.flatMap((field) => [
    ...(single.length > 0 ? [{ op: "in", field, values: single } as const] : []),
    ...wide.map((network) => ({ op: "within", field, network }) as const),
  ])
}

export function nameConditions(indicators: readonly Indicator[], fields: readonly string[]): readonly Condition[] {
  return fields.flatMap((field) => indicators.map(({ value }) => ({ op: "under", field, name: value }) as const))
}

export function valueConditions(values: readonly string[], fields: readonly string[]): readonly Condition[] {
  return values.length === 0 ? [] : fields.map((field) => ({ op: "in", field, values }) as const)
}

/** Long lists in several queries of so many indicators, for engines limit the length of one. */
export function inChunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size))
}

/** Double quotes with backslash escapes; control characters as \uXXXX. */
export function doubleQuoted(text: string): string {
  if (isTame(text)) return `"${text}"`
  const escaped = text
    .replace(/[\\"]/g, "\\$&")
    .replace(/[\p{Cc}\u2028\u2029]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)
  return `"${escaped}"`
}

/** Single quotes of standard SQL: the quote is doubled and nothing else is special. */
export function sqlQuoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
