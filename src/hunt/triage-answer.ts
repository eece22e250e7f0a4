// Judges the answer of a hunt: decoys beside it, what the accounts of successful logins did within 72 hours, then the factors of triage.
import { showsAccess } from "../hits/authentication.js"
import { accountName } from "../hits/triage/account.js"
import { type ContextRecord, contextHours, type HitContext, readContext } from "../hits/triage/context.js"
import { corroborationOf } from "../hits/triage/corroboration.js"
import { type DecoyCount, decoyStep, decoysFor } from "../hits/triage/decoys.js"
import { withExactCounts } from "../hits/triage/exact-counts.js"
import { text } from "../hits/triage/fields.js"
import { publisherQualities } from "../hits/triage/publisher.js"
import { type TriageInput, type TriageResult, triageHits, type ValidityWindow } from "../hits/triage/triage.js"
import type { Bulletin } from "../model/bulletin.js"
import { canonicalAddress } from "../model/canonical.js"
import type { Hit } from "../model/hit.js"
import type { Indicator } from "../model/indicator.js"
import type { Observable } from "../model/observable.js"
import type { Problem } from "../model/problem.js"
import { formatInstant, fromMillis, parseInstant } from "../model/time.js"
import { createRoleContext } from "../sources/roles.js"
import { type HuntAnswer, type HuntRequest, hunt } from "./hunt.js"

const hourMs = 3_600_000
/** So many accounts are followed; a list that touches more is not read account by account. */
const accountsMax = 500

export interface TriagedAnswer extends TriageResult {
  readonly decoys: DecoyCount | null
  /** Accounts whose doings within 72 hours were searched. */
  readonly followed: readonly string[]
  /** Accounts not followed: beyond the limit, or all of them where that was not wanted. */
  readonly notFollowed: number
  /** Of so many listed addresses one has decoys: 1 for all but very long lists. */
  readonly decoyStep: number
  /** What of the accounts' doings could not be read. */
  readonly problems: readonly Problem[]
  /** By the place of a hit: what its address and account did within 72 hours, where that says anything. */
  readonly contexts: readonly (readonly [number, HitContext])[]
}

/** What the judgement of a kept hunt cannot find out anew; hunts of older versions kept less. */
export type KeptFindings = Partial<Pick<TriagedAnswer, "decoys" | "contexts">>

/** Unlisted neighbours of the listed addresses, to be hunted in the same pass: at least a hundred each. */
export function decoyIndicators(indicators: readonly Indicator[], own: readonly string[]): readonly Indicator[] {
  const ranges = own.flatMap((network) => canonicalAddress(network)?.range ?? [])
  const decoys = decoysFor(listedAddresses(indicators, own), ranges)
  return [...decoys.values()].flat().map(
    (value): Indicator => ({
      type: value.includes(":") ? "ipv6-addr" : "ipv4-addr",
      value,
      bulletin: "decoy",
      marks: [],
      provenance: "decoy",
    }),
  )
}

function listedAddresses(indicators: readonly Indicator[], own: readonly string[]): readonly string[] {
  const hasDecoys = decoyedBy(own)
  const addresses: string[] = []
  for (const indicator of indicators) if (hasDecoys(indicator)) addresses.push(indicator.value)
  return addresses
}

/** Tells public single addresses: a private one has our own hosts for neighbours. */
function decoyedBy(own: readonly string[]): (indicator: Observable) => boolean {
  const { isInside } = createRoleContext({ own, trustedProxies: [] })
  return ({ type, value }) =>
    (type === "ipv4-addr" || type === "ipv6-addr") && !value.includes("/") && !value.includes("-") && !isInside(value)
}

/** `request` is that of the hunt: the context is read from the same paths, in files that reach into the 72 hours. */
export async function triageAnswer(
  answer: HuntAnswer,
  request: HuntRequest,
  bulletins: readonly Bulletin[],
  options: { readonly follow: boolean } = { follow: true },
): Promise<TriagedAnswer> {
  const accounts = successfulAccounts(answer.hits)
  const followed = options.follow ? accounts.slice(0, accountsMax) : []
  const { records: doings, problems } = await accountRecords(answer, request, followed)
  const records = [...answer.hits.map(contextRecord), ...doings]
  const listed = listedAddresses(request.indicators, request.own).length
  const decoys = decoyCount(answer, request, listed)
  const contexts = readContext(answer.hits, records)
  const result = triageHits({ ...whatIsKnown(answer.hits, bulletins, request, contexts), ...(decoys && { decoys }) })
  const groups = withExactCounts(result.groups, answer.sightings)
  return {
    ...result,
    groups,
    decoys,
    followed,
    notFollowed: accounts.length - followed.length,
    decoyStep: decoyStep(listed),
    problems,
    contexts: contexts.flatMap((context, at) => (context && saysAnything(context) ? [[at, context] as const] : [])),
  }
}

function saysAnything({ login, sensitive, history }: HitContext): boolean {
  return login !== null || sensitive !== null || history !== null
}

/** Judges hits that were kept, in their order, with what their hunt found out about decoys and accounts; without it, from the hits alone. */
export function triageKept(
  hits: readonly Hit[],
  bulletins: readonly Bulletin[],
  asked: Pick<HuntRequest, "since" | "until">,
  { decoys, contexts }: KeptFindings = {},
): TriageResult {
  const found = contexts ? placed(contexts, hits.length) : readContext(hits, hits.map(contextRecord))
  return triageHits({ ...whatIsKnown(hits, bulletins, asked, found), ...(decoys && { decoys }) })
}

function placed(contexts: TriagedAnswer["contexts"], count: number): readonly (HitContext | undefined)[] {
  const all = new Array<HitContext | undefined>(count).fill(undefined)
  for (const [at, context] of contexts) all[at] = context
  return all
}

function whatIsKnown(
  hits: readonly Hit[],
  bulletins: readonly Bulletin[],
  asked: Pick<HuntRequest, "since" | "until">,
  contexts: readonly (HitContext | undefined)[],
): TriageInput {
  return {
    hits,
    publishers: publisherQualities(bulletins),
    windows: windowsOf(asked, bulletins),
    contexts,
    corroboration: corroborationOf(hits),
  }
}

function decoyCount(answer: HuntAnswer, request: HuntRequest, listed: number): DecoyCount | null {
  if (!answer.decoys || !request.decoys) return null
  const hasDecoys = decoyedBy(request.own)
  const hits = answer.sightings.filter((one) => one.echo === null && one.strength === "exact" && hasDecoys(one.indicator))
  return {
    hits: hits.reduce((sum, { count }) => sum + count, 0),
    addresses: new Set(hits.map((hit) => hit.indicator.value)).size,
    decoyHits: answer.decoys.hits,
    decoyAddresses: answer.decoys.addresses,
    listed,
    decoys: request.decoys.length,
  }
}

/** The bulletin's own window where it states one; else the one that was asked for. */
function windowsOf(request: Pick<HuntRequest, "since" | "until">, bulletins: readonly Bulletin[]): ReadonlyMap<string, ValidityWindow> {
  const windows = new Map<string, ValidityWindow>()
  const said = (instant: bigint | null) => (instant === null ? null : formatInstant(instant))
  const asked = { from: said(request.since), until: said(request.until) }
  if (asked.from || asked.until) windows.set("", asked)
  for (const { window, indicators } of bulletins) {
    for (const indicator of indicators) {
      const from = indicator.validFrom ?? window.from
      const until = indicator.validUntil ?? window.to
      if (from || until) windows.set(indicator.value, { from, until })
    }
  }
  return windows
}

/** Accounts that logged in from a listed address, sorted. */
function successfulAccounts(hits: readonly Hit[]): readonly string[] {
  const names = hits.flatMap((hit) => (isLogin(hit) ? (accountName(text(hit.fields["user.name"])) ?? []) : []))
  return [...new Set(names)].sort()
}

function isLogin(hit: Hit): boolean {
  return hit.echo === null && (hit.grade === "authenticated" || showsAccess(hit))
}

interface Doings {
  readonly records: readonly ContextRecord[]
  readonly problems: readonly Problem[]
}

const noDoings: Doings = { records: [], problems: [] }

/** What the accounts did, from any address. Lines that hold their names are found as those of file names are, which are whole words too. */
async function accountRecords(answer: HuntAnswer, request: HuntRequest, accounts: readonly string[]): Promise<Doings> {
  if (accounts.length === 0 || answer.interrupted) return noDoings
  const times = answer.hits.filter(isLogin).flatMap((hit) => (hit.time?.earliest ? Date.parse(hit.time.earliest) : []))
  if (times.length === 0) return noDoings
  const reach = contextHours * hourMs
  const near = (first: number, last: number) => times.some((time) => first <= time + reach && last >= time - reach)
  const files = answer.coverage.filter(
    ({ source, first, last }) =>
      source.member === undefined && source.path !== "-" && first && last && near(Date.parse(first), Date.parse(last)),
  )
  const paths = files.map(({ source }) => source.path)
  if (paths.length === 0) return noDoings
  const pass = "what accounts did"
  const bytesTotal = files.reduce((sum, { bytes }) => sum + bytes.searched + bytes.notSearched, 0)
  request.progress?.({ bytes: 0, bytesTotal, files: 0, filesTotal: paths.length, hits: 0, pass })
  const { hits, problems } = await hunt({
    paths,
    indicators: accounts.map((value) => ({ type: "file:name", value, bulletin: "context", marks: [], provenance: "context" })),
    accounts: true,
    own: request.own,
    trustedProxies: request.trustedProxies,
    workers: request.workers,
    since: fromMillis(times.reduce((a, b) => Math.min(a, b)) - reach),
    until: fromMillis(times.reduce((a, b) => Math.max(a, b)) + reach),
    ...(request.tz === undefined ? {} : { tz: request.tz }),
    ...(request.signal && { signal: request.signal }),
    ...(request.progress && { progress: (state) => request.progress?.({ ...state, pass }) }),
  })
  return { records: hits.map(contextRecord), problems: problems.filter((one) => !isTold(answer, one)).map(ofAccounts) }
}

/** What the hunt itself could not read either stands in its own answer. */
function isTold({ problems }: HuntAnswer, { code, where, message }: Problem): boolean {
  return problems.some((one) => one.code === code && one.where === where && one.message === message)
}

function ofAccounts(problem: Problem): Problem {
  return { ...problem, message: `while it was read for what accounts did: ${problem.message}` }
}

function contextRecord(hit: Hit): ContextRecord {
  const source = text(hit.fields["source.ip"])
  const account = accountName(text(hit.fields["user.name"]))
  const stamp = hit.time?.earliest ?? hit.time?.latest
  const instant = stamp ? parseInstant(stamp) : undefined
  return {
    ...(source === undefined ? {} : { source }),
    ...(account === undefined ? {} : { account }),
    ...(instant === undefined ? {} : { time: Number(instant / 1_000_000n) }),
    outcome: hit.outcome,
    action: hit.action,
    fields: hit.fields,
    path: hit.source.path,
    ...(hit.source.line === undefined ? {} : { line: hit.source.line }),
  }
}
