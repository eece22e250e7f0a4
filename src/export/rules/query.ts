// One speller for all query languages: conditions are plain values, a dialect is a handful of words and its way to quote.
import type { Indicator } from "../../model/indicator.js"
import { blockTexts, isSingle } from "./address-blocks.js"
import { isTame } from "./tame.js"

/** What a field must be: one of some texts, one of some names or one below it, or an address within a network. */
export type Condition =
  | { readonly op: "in"; readonly field: string; readonly values: Values }
  | { readonly op: "under"; readonly field: string; readonly names: Values }
  | { readonly op: "within"; readonly field: string; readonly network: string }

/** Values asked of several fields, and of several targets: their spelling is made once, for all that ask for it in the same dialect. */
export class Values {
  private list: string | undefined
  private pairs: readonly (readonly [name: string, below: string])[] | undefined

  constructor(readonly all: readonly string[]) {}

  /** Quoted and joined. */
  listIn({ quote }: Dialect): string {
    this.list ??= this.all.map(quote).join(", ")
    return this.list
  }

  /** Quoted, each as a name and as the end of one below it. */
  pairsIn({ quote }: Dialect): readonly (readonly [name: string, below: string])[] {
    this.pairs ??= this.all.map((name) => [quote(name), quote(`.${name}`)] as const)
    return this.pairs
  }
}

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
  const parts = conditions.flatMap((condition) => spellOne(dialect, condition))
  return parts.length === 1 ? (parts[0] as string) : dialect.group(parts.join(` ${dialect.or} `))
}

function spellOne(dialect: Dialect, condition: Condition): string | readonly string[] {
  switch (condition.op) {
    case "in":
      return dialect.in(condition.field, condition.values.listIn(dialect))
    case "within":
      return dialect.within(condition.field, dialect.quote(condition.network), condition.network.includes(":") ? 6 : 4)
    case "under": {
      const { field, names } = condition
      return names.pairsIn(dialect).map(([name, below]) => `${dialect.equals(field, name)} ${dialect.or} ${dialect.endsWith(field, below)}`)
    }
  }
}

/** What is asked of indicators: single values, and networks apart from them. */
export interface Listed {
  readonly single: Values
  readonly wide: readonly string[]
}

export function listed(indicators: readonly Indicator[]): Listed {
  return { single: new Values(indicators.map(({ value }) => value)), wide: [] }
}

export function listedAddresses(indicators: readonly Indicator[]): Listed {
  const [single, wide]: [string[], string[]] = [[], []]
  for (const { value } of indicators) {
    if (isSingle(value)) single.push(value)
    else for (const text of blockTexts(value)) (text.includes("/") ? wide : single).push(text)
  }
  return { single: new Values(single), wide }
}

/** Single addresses in one list for each field, networks one by one. */
export function addressConditions({ single, wide }: Listed, fields: readonly string[]): readonly Condition[] {
  return fields.flatMap((field) => [
    ...(single.all.length > 0 ? [{ op: "in", field, values: single } as const] : []),
    ...wide.map((network) => ({ op: "within", field, network }) as const),
  ])
}

export function nameConditions({ single }: Listed, fields: readonly string[]): readonly Condition[] {
  return fields.map((field) => ({ op: "under", field, names: single }) as const)
}

export function valueConditions({ single }: Pick<Listed, "single">, fields: readonly string[]): readonly Condition[] {
  return single.all.length === 0 ? [] : fields.map((field) => ({ op: "in", field, values: single }) as const)
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
  return text.includes("'") ? `'${text.replaceAll("'", "''")}'` : `'${text}'`
}
