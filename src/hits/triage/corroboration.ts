// Which listed addresses support each other (F6), from the hits alone: one session or one-time link on several of them, an uncommon
// client, the same account names tried in vain by several, few times each. How many other visitors have the same client the hits do not
// show: it counts only where its name is none of everybody's and several networks have it, and the text says what was not measured.
import type { Hit } from "../../model/hit.js"
import { isAuthentication } from "../authentication.js"
import { type ClientKind, clientFields, clientNames, clientValue, isAsset, networkOf, oneTimeLink } from "../client-fields.js"
import { quoted, say, type Words } from "../sentences.js"
import { accountName } from "./account.js"
import { engineOf, isCommonClient } from "./common-clients.js"
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
/** Relays stand in many networks; a household or a company in one or two. */
const clientNetworksMin = 3
/** One stack of TLS or SSH under the names of several programs is none of theirs. */
const enginesMin = 2
/** So many addresses and names of one client are looked at. */
const keptMax = 1_000

/** By indicator value; those alone have no entry, those of which the records hold nothing to compare are undefined. */
export function corroborationOf(hits: readonly Hit[]): ReadonlyMap<string, readonly Corroboration[] | undefined> {
  const found = new Map<string, Corroboration[]>()
  const comparable = comparableOf(hits)
  const add = (value: string, one: Corroboration) => {
    const known = found.get(value)
    if (known) known.push(one)
    else found.set(value, [one])
  }
  for (const [value, words] of sharedAlone(hits, "session", sessionOf)) add(value, { kind: "token", text: words })
  for (const [value, words] of sharedAlone(hits, "one-time-link", linkOf)) add(value, { kind: "token", text: words })
  for (const [value, one] of sharedClients(hits)) add(value, one)
  for (const [value, words] of sprayed(hits)) add(value, { kind: "spray", text: words })
  const nothing = new Map<string, undefined>()
  for (const { indicator } of hits)
    if (!comparable.has(indicator.value) && !found.has(indicator.value)) nothing.set(indicator.value, undefined)
  return new Map<string, readonly Corroboration[] | undefined>([...nothing, ...found])
}

/** The client's own record of a listed address: outbound, the client is ours; an echo has none. */
function isTheirs(hit: Hit): boolean {
  return hit.direction !== "outbound" && hit.echo === null
}

function sessionOf({ fields }: Hit): string | undefined {
  return sessionFields.map((name) => text(fields[name])).find((one) => one !== undefined && one.length >= sessionLengthMin)
}

function linkOf({ fields }: Hit): string | undefined {
  const path = text(fields["url.path"])
  return path === undefined || isAsset(path) ? undefined : oneTimeLink(path, text(fields["url.query"]))
}

/** Values of which at least one record says something that another address could share. */
function comparableOf(hits: readonly Hit[]): ReadonlySet<string> {
  const found = new Set<string>()
  for (const hit of hits) {
    const { value } = hit.indicator
    if (found.has(value) || !isTheirs(hit)) continue
    const says =
      sessionOf(hit) !== undefined ||
      linkOf(hit) !== undefined ||
      accountName(text(hit.fields["user.name"])) !== undefined ||
      clientFields.some(([, names]) => clientValue(hit.fields, names) !== undefined)
    if (says) found.add(value)
  }
  return found
}

/** What belongs to one person alone: that two addresses have it needs no rarity. */
function sharedAlone(
  hits: readonly Hit[],
  sentence: "session" | "one-time-link",
  of: (hit: Hit) => string | undefined,
): ReadonlyMap<string, Words> {
  const holders = new Map<string, Set<string>>()
  for (const hit of hits) {
    const token = isTheirs(hit) ? of(hit) : undefined
    if (token !== undefined) join(holders, token, hit.indicator.value)
  }
  const words = new Map<string, Words>()
  for (const [token, values] of holders) {
    if (values.size < 2) continue
    for (const value of values)
      words.set(value, say(phrases[sentence], { count: values.size, others: others(values, value), link: quoted(token) }))
  }
  return words
}

interface Client {
  readonly kind: ClientKind
  readonly value: string
  readonly addresses: Set<string>
  readonly networks: Set<string>
  /** What the programs in the same records call themselves. */
  readonly names: Set<string>
}

/** By listed address, what it shares that may be rare, or what cannot be told from the hits; the more telling of several. */
function sharedClients(hits: readonly Hit[]): ReadonlyMap<string, Corroboration> {
  const clients = new Map<string, Client>()
  for (const hit of hits) {
    if (!isTheirs(hit) || !isAddress(hit)) continue
    const address = hit.indicator.value
    for (const [kind, names] of clientFields) {
      const value = clientValue(hit.fields, names)
      if (value === undefined) continue
      const client = within(clients, `${kind} ${value}`, () => ({
        kind,
        value,
        addresses: new Set<string>(),
        networks: new Set<string>(),
        names: new Set<string>(),
      }))
      if (client.addresses.size < keptMax) client.addresses.add(address)
      const network = networkOf(address)
      if (network !== undefined && client.networks.size < keptMax) client.networks.add(network)
      const name = nameIn(hit)
      if (name !== undefined && client.names.size < keptMax) client.names.add(name)
    }
  }
  const found = new Map<string, Corroboration>()
  const shared = [...clients.values()].filter(({ addresses }) => addresses.size >= 2).sort(wider)
  for (const kind of ["token", "unsettled"] as const) {
    for (const client of shared) {
      const reason = whyUncommon(client)
      if ((reason === undefined) !== (kind === "unsettled")) continue
      for (const address of client.addresses)
        if (!found.has(address)) found.set(address, { kind, text: said(client, address, reason ?? "unmeasured") })
    }
  }
  return found
}

function wider(a: Client, b: Client): number {
  return b.networks.size - a.networks.size || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.value < b.value ? -1 : 1)
}

function nameIn({ fields }: Hit): string | undefined {
  for (const [kind, names] of clientFields) {
    const value = kind === "user-agent" || kind === "version" ? clientValue(fields, names) : undefined
    if (value !== undefined) return value
  }
  return undefined
}

/** Undefined where the hits alone do not say that few have it. */
function whyUncommon({ kind, value, networks, names }: Client): "by-name" | "many-names" | undefined {
  if (networks.size < clientNetworksMin) return undefined
  const named = isCommonClient(kind, value)
  if (named !== undefined) return named ? undefined : "by-name"
  // An application may be one of ours: all our users come with it.
  if (kind === "application") return undefined
  const engines = new Set([...names].flatMap((name) => engineOf(name) ?? []))
  if (engines.size >= enginesMin) return "many-names"
  return names.size > 0 && [...names].every((name) => !isCommonClient(kind === "hassh" ? "version" : "user-agent", name))
    ? "by-name"
    : undefined
}

function said(client: Client, address: string, reason: "by-name" | "many-names" | "unmeasured"): Words {
  const sentence = client.addresses.size === 2 ? "client-unmeasured-one" : (`client-${reason}` as const)
  return say(phrases[sentence], {
    kind: say(clientNames[client.kind]),
    value: quoted(client.value),
    partners: client.addresses.size - 1,
    networks: client.networks.size,
    others: others(client.addresses, address),
  })
}

function isAddress({ indicator, strength }: Hit): boolean {
  return (indicator.type === "ipv4-addr" || indicator.type === "ipv6-addr") && strength === "exact"
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
