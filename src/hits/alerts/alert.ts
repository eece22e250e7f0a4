// What a watch tells people: the hits of one indicator on one asset within a window, as one value that every output renders.
import { type Hit, strengths } from "../../model/hit.js"
import type { Tlp } from "../../model/tlp.js"

/** A hit as the search hands it over, and the marking of its indicator: absent is unmarked, which is not `clear`. */
export interface WatchHit {
  readonly hit: Hit
  readonly tlp?: Tlp
}

/** The machine form (a contract: fields are only ever added). Of one id, the highest revision counts. */
export interface Alert {
  readonly type: "alert"
  /** The same for one group however often it is delivered, also after a crash. */
  readonly id: string
  /** From 1. A later one repeats the alert with the counts of then. */
  readonly revision: number
  /** The group is closed: this is its last revision. */
  readonly closed: boolean
  /** `live`: written while the watch ran; `past`: found by the hunt through what was there before the indicator was. */
  readonly found: "live" | "past"
  readonly indicator: Hit["indicator"]
  /** Null is unmarked. */
  readonly tlp: Tlp | null
  readonly asset: string
  readonly grade: NonNullable<Hit["grade"]>
  readonly strength: Hit["strength"]
  /** Records in the group. */
  readonly count: number
  /** RFC 3339, UTC, of the events; null if unbounded. */
  readonly firstSeen: string | null
  readonly lastSeen: string | null
  /** RFC 3339, UTC: when the watch opened the group. */
  readonly raisedAt: string
  /** Ids of the first hits, at most `hitIdsMax`. */
  readonly hits: readonly string[]
  /** The most telling hit. */
  readonly example: Hit
}

/** What is counted and shown, and never alerted: echoes (semantics 10.4), and hits of indicators that their bulletin withdrew. */
export type QuietReason = NonNullable<Hit["echo"]> | "withdrawn"

export interface EchoCount {
  readonly type: "echo"
  readonly id: string
  readonly echo: QuietReason
  readonly indicator: Hit["indicator"]
  readonly path: string
  readonly count: number
  /** RFC 3339, UTC: when the watch first met it in this window. */
  readonly since: string
}

export const hitIdsMax = 20

/** Why a hit is counted and not alerted; undefined: it is alerted. */
export function quietReason({ echo, indicator }: Pick<Hit, "echo" | "indicator">): QuietReason | undefined {
  return echo ?? (indicator.marks.includes("withdrawn") ? "withdrawn" : undefined)
}

/** Most telling first. */
export const grades = ["authenticated", "contact", "attempt", "seen", "lookup", "mention", "echo"] as const

/** Below 0 if `a` tells more than `b`. */
export function compareWeight(a: Pick<Hit, "grade" | "strength">, b: Pick<Hit, "grade" | "strength">): number {
  return (
    grades.indexOf(a.grade ?? "seen") - grades.indexOf(b.grade ?? "seen") || strengths.indexOf(a.strength) - strengths.indexOf(b.strength)
  )
}
