// What no single address shows: more failed logins than usual, the shape of a spray, a new network behind an account after one,
// and own devices that pass on what they receive. Pure questions to what the walk of the pivot collected.
import { networkOf } from "../client-fields.js"
import { logGamma } from "./statistics.js"

/** A login tried or done. */
export interface LoginEvent {
  /** Epoch ms. */
  readonly time: number
  /** Comparable form (`accountName`). */
  readonly account: string
  /** Foreign address, canonical. */
  readonly address: string
  readonly success: boolean
}

/** A connection with its volume, seen from our own host. */
export interface FlowEvent {
  /** Epoch ms. */
  readonly time: number
  readonly host: string
  readonly foreign: string
  readonly direction: "inbound" | "outbound"
  readonly bytes: number
}

export interface Views {
  /** Times in which more logins failed than before, with the addresses that came new; days as RFC 3339 dates. */
  readonly failureShift: readonly FailureShift[]
  readonly spray: SprayShape | null
  /** Accounts that logged in from a network of their own for the first time soon after others had tried them in vain. */
  readonly firstSeen: readonly FirstSeen[]
  readonly ownRelays: readonly OwnRelay[]
}

export interface FailureShift {
  readonly from: string
  readonly to: string
  readonly failures: number
  /** What the days before make likely. */
  readonly expected: number
  /** Addresses that failed then and on no day before; the first 100, busiest first. */
  readonly participants: readonly string[]
  readonly participantsTotal: number
}

export interface SprayShape {
  readonly accounts: number
  readonly addresses: number
  /** Share of the account-days with at most two failed tries, 0 to 1. */
  readonly quietShare: number
  /** Names that never logged in here and were tried by three unrelated addresses or more; most addresses first, the first 50. */
  readonly sharedNames: readonly { readonly account: string; readonly addresses: number; readonly networks: number }[]
}

export interface FirstSeen {
  readonly account: string
  readonly address: string
  readonly network: string
  /** RFC 3339, UTC. */
  readonly time: string
  /** Addresses that tried the account in vain in the week before. */
  readonly triedBy: number
}

export interface OwnRelay {
  readonly host: string
  /** An inbound connection followed within seconds by an outbound one of nearly the same size. */
  readonly pairs: number
  readonly inboundFrom: readonly string[]
  readonly outboundTo: readonly string[]
}

const dayMs = 86_400_000
const baselineDaysMin = 14
const cusumSlack = 0.5
const cusumAlarm = 5
const quietTries = 2
const sharedAddressesMin = 3
const sharedNetworksMin = 3
const weekMs = 7 * dayMs
const historyMin = 1
/** One address that failed before may be the owner on the way; a spray comes from several. */
const triedByMin = 2
const pairMs = 30_000
const pairBytesMin = 10_000
const pairSpread = 0.2
const pairsMin = 3
const listMax = 100

export function viewsOf(logins: readonly LoginEvent[], flows: readonly FlowEvent[]): Views {
  const sorted = [...logins].sort((a, b) => a.time - b.time || compare(a.account, b.account) || compare(a.address, b.address))
  return {
    failureShift: failureShifts(sorted),
    spray: sprayShape(sorted),
    firstSeen: firstSeenNetworks(sorted),
    ownRelays: ownRelays(flows),
  }
}

interface Day {
  readonly day: number
  tries: number
  failures: number
  readonly addresses: Map<string, number>
}

/**
 * Each day's failures against a beta-binomial of the days before it; standardised excesses are summed (CUSUM), and an alarm reaches back to
 * where the sum began to rise.
 */
function failureShifts(logins: readonly LoginEvent[]): readonly FailureShift[] {
  const days = daysOf(logins)
  const found: FailureShift[] = []
  let [sum, began] = [0, -1]
  let alarm = false
  const close = (end: number) => {
    if (alarm) found.push(shiftOf(days, began, end))
    ;[sum, began, alarm] = [0, -1, false]
  }
  for (let at = baselineDaysMin; at < days.length; at++) {
    const before = days.slice(0, began === -1 ? at : began)
    const excess = standardised(days[at] as Day, before) - cusumSlack
    if (sum + excess <= 0) {
      close(at)
      continue
    }
    if (began === -1) began = at
    sum += excess
    if (sum > cusumAlarm) alarm = true
    // A long alarm keeps its height: its end is where the excess stops.
    if (alarm && excess < 0) close(at)
  }
  close(days.length)
  return found
}

function daysOf(logins: readonly LoginEvent[]): readonly Day[] {
  const days = new Map<number, Day>()
  for (const { time, address, success } of logins) {
    const day = Math.floor(time / dayMs)
    let one = days.get(day)
    if (!one) days.set(day, (one = { day, tries: 0, failures: 0, addresses: new Map() }))
    one.tries++
    if (success) continue
    one.failures++
    one.addresses.set(address, (one.addresses.get(address) ?? 0) + 1)
  }
  return [...days.values()].sort((a, b) => a.day - b.day)
}

/** How many standard deviations of a beta-binomial, fitted to the days before by their moments, the day lies above its mean. */
function standardised({ tries, failures }: Day, before: readonly Day[]): number {
  const { alpha, beta } = betaOf(before)
  const share = alpha / (alpha + beta)
  const variance = tries * share * (1 - share) * ((alpha + beta + tries) / (alpha + beta + 1))
  // A tail that is no surprise counts nothing, however many deviations it is away.
  return tailBits(failures, tries, alpha, beta) < 4 ? 0 : (failures - tries * share) / Math.sqrt(Math.max(variance, 0.25))
}

function betaOf(days: readonly Day[]): { readonly alpha: number; readonly beta: number } {
  const tries = days.reduce((sum, day) => sum + day.tries, 0)
  const mean = (days.reduce((sum, day) => sum + day.failures, 0) + 0.5) / (tries + 1)
  const shares = days.map((day) => day.failures / day.tries)
  const spread = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / Math.max(1, shares.length)
  // The spread of binomial days alone is taken off; a floor keeps the prior from pretending to know too well.
  const chance = (mean * (1 - mean) * days.length) / Math.max(1, tries)
  const real = Math.max(spread - chance, 1e-4)
  const total = Math.max(2, Math.min(10_000, (mean * (1 - mean)) / real - 1))
  return { alpha: mean * total, beta: (1 - mean) * total }
}

/** -log2 of the chance of at least so many failures, by summing the beta-binomial's tail. */
function tailBits(failures: number, tries: number, alpha: number, beta: number): number {
  let tail = 0
  for (let k = failures; k <= tries; k++) {
    const part = Math.exp(logChooseBeta(k, tries, alpha, beta))
    tail += part
    if (part < tail * 1e-9) break
  }
  return -Math.log2(Math.min(1, Math.max(tail, 1e-300)))
}

function logChooseBeta(k: number, n: number, alpha: number, beta: number): number {
  const choose = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
  const posterior = logGamma(k + alpha) + logGamma(n - k + beta) - logGamma(n + alpha + beta)
  return choose + posterior + logGamma(alpha + beta) - logGamma(alpha) - logGamma(beta)
}

function shiftOf(days: readonly Day[], from: number, to: number): FailureShift {
  const within = days.slice(from, to)
  const before = days.slice(0, from)
  const { alpha, beta } = betaOf(before)
  const known = new Set(before.flatMap((day) => [...day.addresses.keys()]))
  const fresh = new Map<string, number>()
  for (const day of within)
    for (const [address, tries] of day.addresses) if (!known.has(address)) fresh.set(address, (fresh.get(address) ?? 0) + tries)
  const participants = [...fresh].sort((a, b) => b[1] - a[1] || compare(a[0], b[0])).map(([address]) => address)
  const expected = within.reduce((sum, day) => sum + (day.tries * alpha) / (alpha + beta), 0)
  return {
    from: dayText(within[0]?.day ?? 0),
    to: dayText(within.at(-1)?.day ?? 0),
    failures: within.reduce((sum, day) => sum + day.failures, 0),
    expected: Math.round(expected * 10) / 10,
    participants: participants.slice(0, listMax),
    participantsTotal: participants.length,
  }
}

function sprayShape(logins: readonly LoginEvent[]): SprayShape | null {
  const failed = logins.filter((login) => !login.success)
  if (failed.length === 0) return null
  const succeeded = new Set(logins.filter((login) => login.success).map((login) => login.account))
  const accountDays = new Map<string, number>()
  const addressesOf = new Map<string, Set<string>>()
  for (const { account, address, time } of failed) {
    const key = `${account} ${Math.floor(time / dayMs)}`
    accountDays.set(key, (accountDays.get(key) ?? 0) + 1)
    const known = addressesOf.get(account)
    if (known) known.add(address)
    else addressesOf.set(account, new Set([address]))
  }
  const quiet = [...accountDays.values()].filter((tries) => tries <= quietTries).length
  const shared = [...addressesOf]
    .map(([account, addresses]) => ({ account, addresses: addresses.size, networks: new Set([...addresses].map(placeOf)).size }))
    .filter((one) => !succeeded.has(one.account) && one.addresses >= sharedAddressesMin && one.networks >= sharedNetworksMin)
    .sort((a, b) => b.addresses - a.addresses || compare(a.account, b.account))
  return {
    accounts: addressesOf.size,
    addresses: new Set(failed.map((login) => login.address)).size,
    quietShare: Math.round((100 * quiet) / accountDays.size) / 100,
    sharedNames: shared.slice(0, listMax / 2),
  }
}

function firstSeenNetworks(logins: readonly LoginEvent[]): readonly FirstSeen[] {
  const networksOf = new Map<string, Set<string>>()
  const triesOf = new Map<string, { time: number; address: string }[]>()
  const found: FirstSeen[] = []
  for (const { account, address, time, success } of logins) {
    if (!success) {
      const tries = triesOf.get(account)
      if (tries) tries.push({ time, address })
      else triesOf.set(account, [{ time, address }])
      continue
    }
    const network = placeOf(address)
    const known = networksOf.get(account) ?? new Set()
    // From here, or from where the account is at home, it is its owner who mistypes.
    const others = (one: { readonly address: string }) => placeOf(one.address) !== network && !known.has(placeOf(one.address))
    const recent = (triesOf.get(account) ?? []).filter((one) => time - one.time <= weekMs && others(one))
    const triedBy = new Set(recent.map((one) => one.address)).size
    if (known.size >= historyMin && !known.has(network) && triedBy >= triedByMin)
      found.push({ account, address, network, time: new Date(time).toISOString(), triedBy })
    networksOf.set(account, known.add(network))
  }
  return found.sort((a, b) => b.triedBy - a.triedBy || compare(a.time, b.time)).slice(0, listMax)
}

function ownRelays(flows: readonly FlowEvent[]): readonly OwnRelay[] {
  const byHost = new Map<string, FlowEvent[]>()
  for (const flow of flows) {
    if (flow.bytes < pairBytesMin) continue
    const known = byHost.get(flow.host)
    if (known) known.push(flow)
    else byHost.set(flow.host, [flow])
  }
  const found: OwnRelay[] = []
  for (const [host, own] of byHost) {
    const pairs = pairsOf(own.sort((a, b) => a.time - b.time || compare(a.foreign, b.foreign)))
    if (pairs.length < pairsMin) continue
    const names = (of: (pair: readonly [FlowEvent, FlowEvent]) => string) => [...new Set(pairs.map(of))].sort(compare).slice(0, listMax)
    found.push({
      host,
      pairs: pairs.length,
      inboundFrom: names(([inbound]) => inbound.foreign),
      outboundTo: names(([, outbound]) => outbound.foreign),
    })
  }
  return found.sort((a, b) => b.pairs - a.pairs || compare(a.host, b.host))
}

/** Each outbound flow answers at most one inbound flow: the nearest before it that it fits. */
function pairsOf(flows: readonly FlowEvent[]): readonly (readonly [FlowEvent, FlowEvent])[] {
  const pairs: (readonly [FlowEvent, FlowEvent])[] = []
  let open: FlowEvent[] = []
  for (const flow of flows) {
    open = open.filter((one) => flow.time - one.time <= pairMs)
    if (flow.direction === "inbound") {
      open.push(flow)
      continue
    }
    const fit = open.findLastIndex((one) => one.foreign !== flow.foreign && Math.abs(one.bytes - flow.bytes) <= pairSpread * one.bytes)
    if (fit >= 0) pairs.push([open.splice(fit, 1)[0] as FlowEvent, flow])
  }
  return pairs
}

/** The network of an address; what is none stands for itself. */
function placeOf(address: string): string {
  return networkOf(address) ?? address
}

function dayText(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
