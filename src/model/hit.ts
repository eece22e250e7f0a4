// One indicator in one record, in the form of the machine output (a contract).

import type { Action, Direction, Echo, Fields, Outcome, Place } from "./log-record.js"
import type { ObservableType } from "./observable.js"
import type { TimeAssumption } from "./time.js"

/** Strongest first (semantics 6). */
export const strengths = ["exact", "cidr", "subdomain", "prefix", "lookup", "mention", "host", "overlap", "weak"] as const
export type Strength = (typeof strengths)[number]

/** Shown as one count line each until asked for. */
export const foldedStrengths: readonly Strength[] = ["host", "overlap", "weak"]

export const hitNotes = ["leading-zeros", "nat64", "embedded", "defanged", "scheme-differs", "claimed"] as const
export type HitNote = (typeof hitNotes)[number]

/** Where one indicator stands in one record, as the matcher judges it: before time, role and echo. */
export interface Occurrence {
  /** Index into the compiled indicators. */
  readonly indicator: number
  readonly observed: string
  readonly strength: Strength
  readonly notes: readonly HitNote[]
  /** ECS field; null if unknown. */
  readonly where: string | null
}

export interface Source extends Place {
  /** PATH as given, "/", the way below it. */
  readonly path: string
  /** Inside a container; levels joined by "!/". */
  readonly member?: string
}

export type Validity = "inside" | "before" | "after" | "unstated"
export type Grade = "authenticated" | "contact" | "attempt" | "lookup" | "mention" | "echo" | "seen"

export interface Hit {
  readonly type: "hit"
  readonly id: string
  readonly indicator: {
    readonly value: string
    readonly type: ObservableType
    readonly bulletin: string
    readonly marks: readonly string[]
  }
  readonly observed: string
  readonly strength: Strength
  readonly notes: readonly HitNote[]
  readonly where: string | null
  readonly direction: Direction
  readonly action: Action
  readonly outcome: Outcome
  readonly validity: Validity
  readonly echo: Echo | null
  readonly contact: string | null
  readonly source: Source
  readonly also: readonly Source[]
  readonly format: string
  readonly time: {
    /** RFC 3339, UTC. */
    readonly earliest: string | null
    readonly latest: string | null
    readonly assumption?: readonly TimeAssumption[]
  } | null
  /** Decoded text around the match, at most 4,096 bytes. */
  readonly record: string
  readonly truncated: boolean
  readonly fields: Fields
  readonly grade?: Grade
}
