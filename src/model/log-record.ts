// One event of a log: its decoded text, its place, and its fields under ECS names.
import type { Stamp } from "./time.js"

export type FieldValue = string | number | readonly (string | number)[]

/** ECS dotted name to value. */
export type Fields = Readonly<Record<string, FieldValue>>

export const directions = ["inbound", "outbound", "internal", "external", "unknown"] as const
export type Direction = (typeof directions)[number]

export const actions = ["allowed", "blocked", "unknown"] as const
export type Action = (typeof actions)[number]

export const outcomes = ["success", "failure", "unknown"] as const
export type Outcome = (typeof outcomes)[number]

export const echoes = ["own-output", "list", "config", "alert"] as const
export type Echo = (typeof echoes)[number]

/** Where a record stands in its file. */
export interface Place {
  /** From 1, in decoded text. */
  readonly line?: number
  /** Record start in decoded bytes, from 0. */
  readonly offset?: number
  /** From 1, for formats without lines. */
  readonly record?: number
}

/** What a log format makes of one record's text. A plain value: it crosses threads. */
export interface LogRecord {
  /** Decoded text of the whole record. */
  readonly text: string
  /** Name of the log format; `text` if none is known. */
  readonly format: string
  readonly fields: Fields
  /** The event's own stamp; absent if the record has none. */
  readonly time?: Stamp
  /** It stands outside of the order of its file: its neighbours say nothing about its time. */
  readonly detached?: true
  /** End of a flow. */
  readonly end?: Stamp
  /** A relay's stamp, where the device's own differs (semantics 7.10). */
  readonly created?: Stamp
  /** As semantics 8 gives it, own networks and trusted proxies already applied. */
  readonly direction: Direction
  readonly action: Action
  readonly outcome: Outcome
  /** `config` or `alert` where the record itself is one (semantics 10.4). */
  readonly echo?: Echo
  /** Addresses that a forwarding header only claims (semantics 9). */
  readonly claimed?: readonly string[]
  /** What the two halves of a flow, or build and teardown, have in common (semantics 10.3). */
  readonly connection?: string
}
