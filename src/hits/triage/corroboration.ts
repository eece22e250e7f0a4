// Which listed addresses support each other (F6), from the hits alone: one session on several of them, the same account names tried
// in vain by several, few times each. What needs the other visitors for comparison (rare clients, rare pages) is the pivot's business.
import type { Hit } from "../../model/hit.js"
import { isAuthentication } from "../authentication.js"
import { quoted, say, type Words } from "../sentences.js"
import { accountName } from "./account.js"
import { addressOf, timeOf } from "./context.js"
import { text } from "./fields.js"
import { phrases } from "./phrases.js"
import type { Corroboration } from "./triage.js"

const sessionFields = ["session.id", "http.session.id", "http.request.cookie", "http.cookie", "user.session.id"]
const sessionLengthMin = 12
/** A spray tries each account a few times a day; who hammers one account is no part of it. */
const triesPerDayMax = 4
/** One name on two addresses may be a coincidence ("admin"); two names on two, or one on three, hardly. */
const sharedNamesMin = 2
const addressesOfOneNameMin = 3
const everybodyTries = new Set([
  "root",
  "admin",
  "administrator",
  "administrateur",
  "test",
  "user",
  "guest",
  "oracle",
  "postgres",
  "ubuntu",
  "pi",
])
const dayMs = 86_400_000
const shownMax = 3

/** By indicator value; every hunted value that has a hit is compared, those alone have no entry. */
export function corroborationOf(hits: readonly Hit[]): ReadonlyMap<string, readonly Corroboration[]> {
  const found = new Map<string, Corroboration[]>()
  const add = (value: string, one: Corroboration) => {
    const known = found.get(value)
    if (known) known.push(one)
    else found.set(value, [one])
  }
  for (const [value, words] of sharedSessions(hits)) add(value, { kind: "token", text: words })
  for (const [value, words] of sprayed(hits)) add(value, { kind: "spray", text: words })
  return found
}

function sharedSessions(hits: readonly Hit[]): ReadonlyMap<string, Words> {
  const holders = new Map<string, Set<string>>()
  for (const hit of hits) {
    if (hit.direction === "outbound" || hit.echo !== null) continue
    const session = sessionFields.map((name) => text(hit.fields[name])).find((one) => one !== undefined && one.length >= sessionLengthMin)
    if (session) join(holders, session, hit.indicator.value)
  }
  const words = new Map<string, Words>()
  for (const values of holders.values()) {
    if (values.size < 2) continue
    for (const value of values) words.set(value, say(phrases.session, { count: values.size, others: others(values, value) }))
  }
  return words
}

function sprayed(hits: readonly Hit[]): ReadonlyMap<string, Words> {
  const tries = new Map<string, Map<string, Map<number, number>>>()
  for (const hit of hits) {
    const account = accountName(text(hit.fields["user.name"]))
    if (!account || hit.outcome !== "failure" || !isAuthentication(hit.fields) || hit.echo !== null) continue
    const day = Math.floor((timeOf(hit) ?? 0) / dayMs)
    const ofAddress = within(
      within(tries, addressOf(hit), () => new Map()),
      account,
      () => new Map<number, number>(),
    )
    ofAddress.set(day, (ofAddress.get(day) ?? 0) + 1)
  }
  const quiet = new Map<string, Set<string>>()
  for (const [address, accounts] of tries) {
    for (const [account, days] of accounts) if (Math.max(...days.values()) <= triesPerDayMax) join(quiet, account, address)
  }
  const words = new Map<string, Words>()
  for (const address of tries.keys()) {
    const shared = [...quiet].filter(([, addresses]) => addresses.has(address) && addresses.size >= 2)
    const telling = shared.filter(([account]) => !everybodyTries.has(account))
    const wide = telling.some(([, addresses]) => addresses.size >= addressesOfOneNameMin)
    if (telling.length < sharedNamesMin && !wide) continue
    const partners = new Set(telling.flatMap(([, addresses]) => [...addresses]))
    const names = telling.map(([account]) => account).sort()
    const more = Math.max(0, names.length - shownMax)
    const single = partners.size === 2
    const sentence = more > 0 ? (single ? "spray-many-one" : "spray-many") : single ? "spray-one" : "spray"
    const said = { names: names.slice(0, shownMax).map(quoted).join(", "), more, partners: partners.size - 1 }
    words.set(address, say(phrases[sentence], said))
  }
  return words
}

function within<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

function join(map: Map<string, Set<string>>, key: string, value: string): void {
  within(map, key, () => new Set()).add(value)
}

function others(values: ReadonlySet<string>, own: string): string {
  return [...values]
    .filter((value) => value !== own)
    .sort()
    .slice(0, shownMax)
    .join(", ")
}
