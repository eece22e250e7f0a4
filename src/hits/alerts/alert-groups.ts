// Turns hits into alerts: one for each indicator, asset and window, told at once and again with its count when the window ends.
import { createHash } from "node:crypto"
import type { Hit } from "../../model/hit.js"
import { type Alert, compareWeight, type EchoCount, hitIdsMax, type QuietReason, quietReason, type WatchHit } from "./alert.js"
import { assetOf } from "./asset.js"

export interface AlertGroupsOptions {
  /** How long hits are added to a group before another begins. */
  readonly windowMs: number
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

/** Open groups; beyond them, the hits of an indicator on further assets share one group. */
const groupsMax = 10_000
export const manyAssets = "(many assets)"

export class AlertGroups {
  readonly #windowMs: number
  readonly #open = new Map<string, { stored: StoredGroup; endsAt: number }>()

  /** `monotonicMs` never jumps; `nowMs` may: a stored group whose window cannot be told ends now. */
  constructor(stored: readonly StoredGroup[], options: AlertGroupsOptions, monotonicMs: number, nowMs: number) {
    this.#windowMs = options.windowMs
    for (const one of stored) {
      const age = nowMs - one.openedMs
      const left = age < 0 || age > this.#windowMs ? 0 : this.#windowMs - age
      const endsAt = one.key.startsWith("live ") ? monotonicMs + left : Number.POSITIVE_INFINITY
      this.#open.set(one.key, { stored: one, endsAt })
    }
  }

  /** `past` names the hunt through the past that found them; its groups stay open until `endPast`. */
  add(hits: readonly WatchHit[], at: { readonly monotonicMs: number; readonly nowMs: number; readonly past?: string }): AlertStep {
    const told = new Map<string, Alert>()
    const changed = new Set<string>()
    for (const one of hits) {
      const reason = quietReason(one.hit)
      changed.add(reason === undefined ? this.#addHit(one, at, told) : this.#addQuiet(one.hit, reason, at))
    }
    const opened = [...changed].map((key) => (this.#open.get(key) as { stored: StoredGroup }).stored)
    return { told: [...told.values()], opened, closed: [] }
  }

  /** Ends the windows that are over, or all of them. */
  close(at: { readonly monotonicMs: number } | "all"): AlertStep {
    return this.#closeWhere(({ endsAt }) => at === "all" || endsAt <= at.monotonicMs)
  }

  endPast(past: string): AlertStep {
    return this.#closeWhere(({ stored }) => stored.key.startsWith(`${past} `))
  }

  get size(): number {
    return this.#open.size
  }

  #closeWhere(isOver: (group: { readonly stored: StoredGroup; readonly endsAt: number }) => boolean): AlertStep {
    const told: (Alert | EchoCount)[] = []
    const closed: string[] = []
    for (const [key, group] of this.#open) {
      if (!isOver(group)) continue
      this.#open.delete(key)
      closed.push(key)
      const { stored } = group
      if (stored.kind === "echo") told.push(stored.echo)
      else if (stored.alert.count > stored.toldCount) told.push({ ...stored.alert, revision: stored.alert.revision + 1, closed: true })
    }
    return { told, opened: [], closed }
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
    const stored = group.stored as Extract<StoredGroup, { readonly kind: "alert" }>
    const before = told.get(key)
    const telling = compareWeight(hit, stored.alert) < 0
    const grown = added(stored.alert, hit, telling)
    // A more telling hit is news: a login that succeeded after a hundred that failed is told at once.
    const news = before !== undefined || (telling && hit.grade !== stored.alert.grade)
    const alert = news && before === undefined ? { ...grown, revision: grown.revision + 1 } : grown
    if (news) told.set(key, alert)
    group.stored = { ...stored, alert, toldCount: news ? alert.count : stored.toldCount }
    return key
  }

  #addQuiet(hit: Hit, echo: QuietReason, at: Parameters<AlertGroups["add"]>[1]): string {
    const { type, value } = hit.indicator
    const key = this.#keyOf(`${at.past ?? "live"} ${echo}`, type, value, hit.source.path)
    const group = this.#open.get(key)
    if (group?.stored.kind === "echo") {
      const count = group.stored.echo.count + 1
      group.stored = { ...group.stored, echo: { ...group.stored.echo, count } }
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
    this.#open.set(stored.key, { stored, endsAt })
  }
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
