// Turns hits into alerts: one for each indicator, asset and window, told at once and again with its count when the window ends.
import { createHash } from "node:crypto"
import type { Hit } from "../../model/hit.js"
import { type Alert, compareWeight, type EchoCount, hitIdsMax, type QuietReason, quietReason, type WatchHit } from "./alert.js"
import { assetOf } from "./asset.js"

export interface AlertGroupsOptions {
  /** How long hits are added to a group before another begins. */
  readonly windowMs: number
  /** A group as it was last stored. Groups wait there and not in memory: ten thousand of them, each with a record, would take a hundred megabytes. */
  readonly load: (key: string) => StoredGroup | undefined
}

/** A group as it is stored, under its key. */
export type StoredGroup =
  | { readonly kind: "alert"; readonly key: string; readonly alert: Alert; readonly toldCount: number; readonly openedMs: number }
  | { readonly kind: "echo"; readonly key: string; readonly echo: EchoCount; readonly openedMs: number }

/** What one step changed: to be stored in one commit with the position up to which the logs were searched. */
export interface AlertStep {
  readonly told: readonly (Alert | EchoCount)[]
  readonly opened: readonly StoredGroup[]
  readonly closed: readonly string[]
}

/** What is remembered of an open group. */
interface Open {
  readonly kind: StoredGroup["kind"]
  readonly endsAt: number
  /** Its end has something to tell. */
  untold: boolean
  /** Until it is stored. */
  changed?: StoredGroup
}

/** Open groups; beyond them, the hits of an indicator on further assets share one group. */
const groupsMax = 10_000
export const manyAssets = "(many assets)"

export class AlertGroups {
  readonly #windowMs: number
  readonly #load: AlertGroupsOptions["load"]
  readonly #open = new Map<string, Open>()

  /** `monotonicMs` never jumps; `nowMs` may: a stored group whose window cannot be told ends now. */
  constructor(stored: Iterable<StoredGroup>, options: AlertGroupsOptions, monotonicMs: number, nowMs: number) {
    this.#windowMs = options.windowMs
    this.#load = options.load
    for (const one of stored) {
      const age = nowMs - one.openedMs
      const left = age < 0 || age > this.#windowMs ? 0 : this.#windowMs - age
      const endsAt = one.key.startsWith("live ") ? monotonicMs + left : Number.POSITIVE_INFINITY
      this.#open.set(one.key, { kind: one.kind, endsAt, untold: isUntold(one) })
    }
  }

  /** `past` names the hunt through the past that found them; its groups stay open until `endPast`. The step must be `settle`d when it is stored. */
  add(hits: readonly WatchHit[], at: { readonly monotonicMs: number; readonly nowMs: number; readonly past?: string }): AlertStep {
    const told = new Map<string, Alert>()
    const changed = new Set<string>()
    for (const one of hits) {
      const reason = quietReason(one.hit)
      changed.add(reason === undefined ? this.#addHit(one, at, told) : this.#addQuiet(one.hit, reason, at))
    }
    const opened = [...changed].map((key) => (this.#open.get(key) as Open).changed as StoredGroup)
    return { told: [...told.values()], opened, closed: [] }
  }

  /** The step is stored: what it changed is read from there from now on. */
  settle({ opened }: AlertStep): void {
    for (const stored of opened) {
      const group = this.#open.get(stored.key)
      if (group?.changed === stored) delete group.changed
    }
  }

  /** Ends the windows that are over, or all of them. */
  close(at: { readonly monotonicMs: number } | "all"): AlertStep {
    return this.#closeWhere((_, { endsAt }) => at === "all" || endsAt <= at.monotonicMs)
  }

  endPast(past: string): AlertStep {
    return this.#closeWhere((key) => key.startsWith(`${past} `))
  }

  get size(): number {
    return this.#open.size
  }

  #closeWhere(isOver: (key: string, group: Open) => boolean): AlertStep {
    const told: (Alert | EchoCount)[] = []
    const closed: string[] = []
    for (const [key, group] of this.#open) {
      if (!isOver(key, group)) continue
      const stored = group.untold ? this.#storedOf(key, group) : undefined
      this.#open.delete(key)
      closed.push(key)
      if (stored?.kind === "echo") told.push(stored.echo)
      else if (stored) told.push({ ...stored.alert, revision: stored.alert.revision + 1, closed: true })
    }
    return { told, opened: [], closed }
  }

  /** Throws if it is not where it was stored, which is a fault of ours. */
  #storedOf(key: string, { changed }: Open): StoredGroup {
    const stored = changed ?? this.#load(key)
    if (!stored) throw new Error(`an open group of alerts is not in the store: ${key}`)
    return stored
  }

  #change(group: Open, stored: StoredGroup): void {
    group.changed = stored
    group.untold = isUntold(stored)
  }

  #addHit(one: WatchHit, at: Parameters<AlertGroups["add"]>[1], told: Map<string, Alert>): string {
    const { hit } = one
    const { type, value } = hit.indicator
    const key = this.#keyOf(at.past ?? "live", type, value, assetOf(hit))
    const group = this.#open.get(key)
    if (!group) {
      const alert = opened(one, key, at)
      told.set(key, alert)
      this.#begin({ kind: "alert", key, alert, toldCount: 1, openedMs: at.nowMs }, at)
      return key
    }
    const stored = this.#storedOf(key, group) as Extract<StoredGroup, { readonly kind: "alert" }>
    const before = told.get(key)
    const telling = compareWeight(hit, stored.alert) < 0
    const grown = added(stored.alert, hit, telling)
    // A more telling hit is news: a login that succeeded after a hundred that failed is told at once.
    const news = before !== undefined || (telling && hit.grade !== stored.alert.grade)
    const alert = news && before === undefined ? { ...grown, revision: grown.revision + 1 } : grown
    if (news) told.set(key, alert)
    this.#change(group, { ...stored, alert, toldCount: news ? alert.count : stored.toldCount })
    return key
  }

  #addQuiet(hit: Hit, echo: QuietReason, at: Parameters<AlertGroups["add"]>[1]): string {
    const { type, value } = hit.indicator
    const key = this.#keyOf(`${at.past ?? "live"} ${echo}`, type, value, hit.source.path)
    const group = this.#open.get(key)
    if (group?.kind === "echo") {
      const stored = this.#storedOf(key, group) as Extract<StoredGroup, { readonly kind: "echo" }>
      this.#change(group, { ...stored, echo: { ...stored.echo, count: stored.echo.count + 1 } })
    } else {
      const since = new Date(at.nowMs).toISOString()
      const path = key.endsWith(manyAssets) ? manyAssets : hit.source.path
      const value: EchoCount = { type: "echo", id: digest(key, hit.id), echo, indicator: hit.indicator, path, count: 1, since }
      this.#begin({ kind: "echo", key, echo: value, openedMs: at.nowMs }, at)
    }
    return key
  }

  #keyOf(scope: string, type: string, value: string, asset: string): string {
    const key = `${scope} ${type} ${value} ${asset}`
    return this.#open.size < groupsMax || this.#open.has(key) ? key : `${scope} ${type} ${value} ${manyAssets}`
  }

  #begin(stored: StoredGroup, at: Parameters<AlertGroups["add"]>[1]): void {
    const endsAt = at.past === undefined ? at.monotonicMs + this.#windowMs : Number.POSITIVE_INFINITY
    this.#open.set(stored.key, { kind: stored.kind, endsAt, untold: isUntold(stored), changed: stored })
  }
}

function isUntold(stored: StoredGroup): boolean {
  return stored.kind === "echo" || stored.alert.count > stored.toldCount
}

function opened({ hit, tlp }: WatchHit, key: string, at: Parameters<AlertGroups["add"]>[1]): Alert {
  return {
    type: "alert",
    id: digest(key, hit.id),
    revision: 1,
    closed: false,
    found: at.past === undefined ? "live" : "past",
    indicator: hit.indicator,
    tlp: tlp ?? null,
    asset: key.endsWith(manyAssets) ? manyAssets : assetOf(hit),
    grade: hit.grade ?? "seen",
    strength: hit.strength,
    count: 1,
    firstSeen: hit.time?.earliest ?? null,
    lastSeen: hit.time?.latest ?? null,
    raisedAt: new Date(at.nowMs).toISOString(),
    hits: [hit.id],
    example: hit,
  }
}

function added(alert: Alert, hit: Hit, telling: boolean): Alert {
  const { earliest = null, latest = null } = hit.time ?? {}
  return {
    ...alert,
    ...(telling ? { grade: hit.grade ?? "seen", strength: hit.strength, example: hit } : {}),
    count: alert.count + 1,
    firstSeen: earliest === null || alert.firstSeen === null ? null : least(earliest, alert.firstSeen),
    lastSeen: latest === null || alert.lastSeen === null ? null : most(latest, alert.lastSeen),
    hits: alert.hits.length < hitIdsMax ? [...alert.hits, hit.id] : alert.hits,
  }
}

/** Instants in UTC sort as their text does. */
function least(a: string, b: string): string {
  return a < b ? a : b
}

function most(a: string, b: string): string {
  return a > b ? a : b
}

function digest(...parts: readonly string[]): string {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest("hex").slice(0, 32)
}
