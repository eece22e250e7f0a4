// What passes between the watch and the threads that search for it: plain values.
import type { WatchHit } from "../hits/alerts/alert.js"
import type { Indicator } from "../model/indicator.js"
import type { Problem } from "../model/problem.js"
import type { WorkUnit } from "../model/work-unit.js"
import type { Prints } from "./indicator-prints.js"
import type { Carry, Content, TailRange } from "./tail-scan.js"

/** Where a thread takes the indicators from: those of the workspace, of which there may be a million, cross no thread. */
export interface IndicatorSource {
  readonly workspace?: string
  readonly given: readonly Indicator[]
}

export interface WatchThreadSetup {
  readonly source: IndicatorSource
  readonly own: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly tz?: string
  /** Only the indicators with these prints; absent: all. */
  readonly only?: Prints
  /** What was searched for before. */
  readonly known?: Prints
  /** Searches lines of its own before it is ready, so that the first that are written do not wait for the engine to compile what they need. */
  readonly rehearse?: true
}

/** What a thread has loaded. */
export interface Loaded {
  readonly indicators: number
  /** Of all of them. */
  readonly prints: Prints
  /** How many of them are not among the known ones, and which. */
  readonly freshCount: number
  readonly fresh: Prints
}

export type WatchJob =
  | { readonly kind: "lines"; readonly unit: WorkUnit; readonly range: TailRange; readonly carry: Carry }
  | { readonly kind: "whole"; readonly unit: WorkUnit; readonly contents: readonly Content[] }
  | { readonly kind: "identify"; readonly unit: WorkUnit; readonly contents: readonly Content[] }
  /** Records of a content that begin in [from, below) of its decoded text. */
  | { readonly kind: "past"; readonly unit: WorkUnit; readonly from: number; readonly below: number }

export interface WatchAnswer {
  readonly hits: readonly WatchHit[]
  readonly problems: readonly Problem[]
  /** Stored bytes and records searched. */
  readonly bytes: number
  readonly records: number
  /** Of lines, and of a whole file. */
  readonly carry?: Carry
  /** Id of the content that the file begins with. */
  readonly origin?: string
}
