// What the address and the account of a hit did within 72 hours, and whether the account has a long history of its own there.
import type { Hit } from "../../model/hit.js"
import type { Action, Fields, Outcome } from "../../model/log-record.js"
import { isAuthentication } from "../authentication.js"
import { quoted, say, type Words } from "../sentences.js"
import { accountName } from "./account.js"
import { sensitiveAction, text } from "./fields.js"
import { phrases } from "./phrases.js"

/** A record around the hits: of the same address or the same account. A plain value. */
export interface ContextRecord {
  /** Address that began, in canonical form. */
  readonly source?: string
  readonly account?: string
  /** Epoch ms. */
  readonly time?: number
  readonly outcome: Outcome
  readonly action: Action
  readonly fields: Fields
  readonly path: string
  readonly line?: number
}

export interface HitContext {
  /** Successful logins from the address within the window. */
  readonly logins: number
  /** The first of them, as text. */
  readonly login: Words | null
  /** A mail rule, an export, a configuration change by the address or its accounts within the window. */
  readonly sensitive: Words | null
  /** Long own history of the account at this address, before and after, in words. */
  readonly history: Words | null
}

export const contextHours = 72
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const historyDaysAway = 7
const historyLoginsMin = 3
const recordsPerKeyMax = 100_000

interface Around {
  readonly logins: ContextRecord[]
  readonly sensitive: ContextRecord[]
}

/** One context per hit, in the order of the hits; undefined where the records say nothing about it. */
export function readContext(hits: readonly Hit[], records: readonly ContextRecord[]): readonly (HitContext | undefined)[] {
  const byAddress = new Map<string, Around>()
  const byAccount = new Map<string, Around>()
  const sorted = records.filter((record) => record.time !== undefined).sort((a, b) => (a.time as number) - (b.time as number))
  for (const record of sorted) {
    if (record.source) note(byAddress, record.source, record)
    const account = accountOf(record)
    if (account) note(byAccount, account, record)
  }
  return hits.map((hit) => contextOf(hit, byAddress, byAccount))
}

function contextOf(hit: Hit, byAddress: ReadonlyMap<string, Around>, byAccount: ReadonlyMap<string, Around>): HitContext | undefined {
  const time = timeOf(hit)
  const address = addressOf(hit)
  const around = byAddress.get(address)
  const account = accountName(text(hit.fields["user.name"]))
  const ofAccount = account ? byAccount.get(account) : undefined
  if (time === undefined || (!around && !ofAccount)) return undefined
  const logins = within(around?.logins ?? [], time)
  const acts = [...within(around?.sensitive ?? [], time), ...within(ofAccount?.sensitive ?? [], time)]
  return {
    logins: logins.length,
    login: logins[0] ? say(phrases["login-around"], { hours: contextHours, ...whereOf(logins[0]) }) : null,
    sensitive: acts[0] ? say(phrases["act-around"], { act: quoted(sensitiveAction(acts[0].fields) as string), ...whereOf(acts[0]) }) : null,
    history: account ? historyOf(account, around?.logins ?? [], time) : null,
  }
}

function accountOf(record: ContextRecord): string | undefined {
  return accountName(record.account ?? text(record.fields["user.name"]))
}

function note(index: Map<string, Around>, key: string, record: ContextRecord): void {
  const login = record.outcome === "success" && isAuthentication(record.fields)
  const acted = sensitiveAction(record.fields) !== undefined && record.outcome !== "failure"
  let around = index.get(key)
  if (!around) index.set(key, (around = { logins: [], sensitive: [] }))
  if (login && around.logins.length < recordsPerKeyMax) around.logins.push(record)
  if (acted && around.sensitive.length < recordsPerKeyMax) around.sensitive.push(record)
}

function within(records: readonly ContextRecord[], time: number): readonly ContextRecord[] {
  const reach = contextHours * hourMs
  const start = lowerBound(records, time - reach)
  const end = lowerBound(records, time + reach + 1)
  return records.slice(start, end)
}

/** The account logged in from this very address on several days, both well before and well after. */
function historyOf(account: string, logins: readonly ContextRecord[], time: number): Words | null {
  const days = (keep: (at: number) => boolean) =>
    new Set(
      logins
        .filter((login) => accountOf(login) === account && keep(login.time as number))
        .map((login) => Math.floor((login.time as number) / dayMs)),
    ).size
  const before = days((at) => at < time - historyDaysAway * dayMs)
  const after = days((at) => at > time + historyDaysAway * dayMs)
  if (before < historyLoginsMin || after < historyLoginsMin) return null
  return say(phrases.history, { account: quoted(account), before, after })
}

function lowerBound(records: readonly ContextRecord[], time: number): number {
  let low = 0
  let high = records.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((records[middle]?.time as number) < time) low = middle + 1
    else high = middle
  }
  return low
}

function whereOf(record: ContextRecord): { readonly when: string; readonly place: string } {
  return {
    when: new Date(record.time as number).toISOString(),
    place: quoted(`${record.path}${record.line === undefined ? "" : `:${record.line}`}`),
  }
}

/** The address that the hit is about: the indicator itself, or the record's source where the indicator is no address. */
export function addressOf(hit: Hit): string {
  const isAddress = hit.indicator.type === "ipv4-addr" || hit.indicator.type === "ipv6-addr"
  if (isAddress && !/[/-]/.test(hit.indicator.value)) return hit.indicator.value
  const field = hit.where === "destination.ip" ? "destination.ip" : "source.ip"
  return text(hit.fields[field]) ?? hit.observed
}

/** Epoch ms of the hit's beginning. */
export function timeOf(hit: Hit): number | undefined {
  const stamp = hit.time?.earliest ?? hit.time?.latest
  return stamp ? Date.parse(stamp) : undefined
}
