// The questions that every query language asks of its own schema: which fields hold addresses, names, URLs, hashes.
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"
import { ofTypes } from "./in-order.js"
import { addressConditions, type Condition, type Dialect, inChunks, nameConditions, spell, valueConditions } from "./query.js"

/** A table or index of the engine, and the fields of it that are asked, by what they hold. */
export interface QueryTarget {
  readonly title: string
  /** The query around its condition. */
  readonly query: (condition: string) => string
  readonly addresses?: readonly string[]
  readonly names?: readonly string[]
  readonly urls?: readonly string[]
  readonly mails?: readonly string[]
  readonly agents?: readonly string[]
  readonly files?: readonly string[]
  readonly hashes?: Readonly<Partial<Record<ObservableType, readonly string[]>>>
  /** As the engine writes digests; lower case where absent. */
  readonly upperHashes?: boolean
}

/** All queries of a target over the indicators, which are in order, each with at most `size` of them. */
export function* queriesFor(
  target: QueryTarget,
  indicators: readonly Indicator[],
  dialect: Dialect,
  size: number,
): Iterable<{ readonly title: string; readonly text: string }> {
  for (const [what, types, conditions] of questions(target)) {
    const chunks = inChunks(ofTypes(indicators, types), size)
    for (const [at, chunk] of chunks.entries()) {
      const part = chunks.length > 1 ? ` (${at + 1} of ${chunks.length})` : ""
      yield { title: `${target.title}: ${what}${part}`, text: target.query(spell(dialect, conditions(chunk))) }
    }
  }
}

type Question = readonly [what: string, types: readonly ObservableType[], conditions: (chunk: readonly Indicator[]) => readonly Condition[]]

function questions(target: QueryTarget): readonly Question[] {
  const values =
    (fields: readonly string[]) =>
    (chunk: readonly Indicator[]): readonly Condition[] =>
      valueConditions(
        chunk.map(({ value }) => value),
        fields,
      )
  const all: Question[] = []
  if (target.addresses) {
    const fields = target.addresses
    all.push(["addresses", ["ipv4-addr", "ipv6-addr"], (chunk) => addressConditions(chunk, fields)])
  }
  if (target.names) {
    const fields = target.names
    all.push(["names", ["domain-name"], (chunk) => nameConditions(chunk, fields)])
  }
  if (target.urls) all.push(["URLs", ["url"], values(target.urls)])
  if (target.mails) all.push(["mail addresses", ["email-addr"], values(target.mails)])
  if (target.agents) all.push(["user agents", ["user-agent"], values(target.agents)])
  if (target.files) all.push(["file names", ["file:name"], values(target.files)])
  for (const [type, fields] of Object.entries(target.hashes ?? {})) {
    const digests = (chunk: readonly Indicator[]): readonly Condition[] =>
      valueConditions(
        chunk.map(({ value }) => (target.upperHashes ? value.toUpperCase() : value)),
        fields,
      )
    all.push([type.slice("file:hashes.".length), [type as ObservableType], digests])
  }
  return all
}
