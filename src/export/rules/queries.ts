// The questions that every query language asks of its own schema: which fields hold addresses, names, URLs, hashes.
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"
import { ofTypes } from "./in-order.js"
import {
  addressConditions,
  type Condition,
  type Dialect,
  type Listed,
  listed,
  listedAddresses,
  nameConditions,
  spell,
  valueConditions,
} from "./query.js"

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
}

/** All queries of the targets over the indicators, which are in order, each with at most `size` of them. */
export function* queriesFor(
  targets: readonly QueryTarget[],
  indicators: readonly Indicator[],
  dialect: Dialect,
  size: number,
): Iterable<{ readonly title: string; readonly text: string }> {
  const asked = targets.map((target) => ({ target, questions: questions(target) }))
  const listings = new Map<string, Listing>()
  for (const { questions } of asked) {
    for (const { what, types, list } of questions) {
      const known = listings.get(what)
      if (known && list !== listedNames) known.kept = []
      else listings.set(what, { all: ofTypes(indicators, types), list, kept: undefined })
    }
  }
  for (const { target, questions } of asked) {
    for (const { what, conditions } of questions) {
      const listing = listings.get(what) as Listing
      const parts = Math.ceil(listing.all.length / size)
      for (let at = 0; at < parts; at++) {
        const part = parts > 1 ? ` (${at + 1} of ${parts})` : ""
        yield { title: `${target.title}: ${what}${part}`, text: target.query(spell(dialect, conditions(partOf(listing, at, size)))) }
      }
    }
  }
}

/** Indicators of one kind, which several targets may ask for. */
interface Listing {
  readonly all: readonly Indicator[]
  readonly list: (chunk: readonly Indicator[]) => Listed
  /** Parts already listed, where another target asks for them too. */
  kept: Listed[] | undefined
}

function partOf({ all, list, kept }: Listing, at: number, size: number): Listed {
  const known = kept?.[at]
  if (known) return known
  const made = list(all.slice(at * size, (at + 1) * size))
  if (kept) kept[at] = made
  return made
}

interface Question {
  readonly what: string
  readonly types: readonly ObservableType[]
  readonly list: (chunk: readonly Indicator[]) => Listed
  readonly conditions: (listed: Listed) => readonly Condition[]
}

function questions(target: QueryTarget): readonly Question[] {
  const { addresses, names, urls, mails, agents, files, hashes = {} } = target
  const values = (what: string, type: ObservableType, fields: readonly string[] | undefined): readonly Question[] =>
    fields ? [{ what, types: [type], list: listed, conditions: (all) => valueConditions(all, fields) }] : []
  return [
    ...(addresses ? [addressQuestion(addresses)] : []),
    ...(names ? [nameQuestion(names)] : []),
    ...values("URLs", "url", urls),
    ...values("mail addresses", "email-addr", mails),
    ...values("user agents", "user-agent", agents),
    ...values("file names", "file:name", files),
    ...Object.entries(hashes).flatMap(([type, fields]) => values(type.slice("file:hashes.".length), type as ObservableType, fields)),
  ]
}

function addressQuestion(fields: readonly string[]): Question {
  const types = ["ipv4-addr", "ipv6-addr"] as const
  return { what: "addresses", types, list: listedAddresses, conditions: (all) => addressConditions(all, fields) }
}

/** Never kept: quoted in two forms each, they would be the greater part of the memory of an export. */
const listedNames: typeof listed = (chunk) => listed(chunk)

function nameQuestion(fields: readonly string[]): Question {
  return { what: "names", types: ["domain-name"], list: listedNames, conditions: (all) => nameConditions(all, fields) }
}
