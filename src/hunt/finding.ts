// What a worker reports of one unit: plain values that cross threads, before times and roles are settled for the whole file.
import type { Coverage } from "../model/coverage.js"
import type { Occurrence } from "../model/hit.js"
import type { LogRecord, Place } from "../model/log-record.js"
import type { Problem } from "../model/problem.js"
import type { Stamp } from "../model/time.js"

/** One record in which at least one indicator stands. */
export interface Finding {
  readonly record: LogRecord
  readonly occurrences: readonly Occurrence[]
  readonly place: Place
  /** Decoded offset, in the order of the samples. */
  readonly at: number
}

/** A decoy address in one record: only counted, so only its time is kept. */
export interface DecoySight {
  /** Index among the decoys. */
  readonly decoy: number
  readonly record: Pick<LogRecord, "time" | "end" | "created" | "detached">
  readonly at: number
}

export interface Sample {
  readonly at: number
  readonly stamp: Stamp
}

export type CoveredTimes = Pick<Coverage, "first" | "last" | "gaps" | "jumps">

/** What an index keeps, so that a file that is ruled out need not be settled again: true for this path and zone only. */
export interface KnownTimes extends CoveredTimes {
  readonly path: string
  readonly tz: string | null
}

/** What one leaf (a file, or a member of a container) yielded. */
export interface LeafResult {
  readonly member?: string
  readonly mtimeMs: number
  readonly format: string
  readonly searched: number
  readonly notSearched: number
  /** Stored bytes that an index has ruled out; absent is none. */
  readonly ruledOut?: number
  /** Its time range, already settled; absent where it must be settled from the samples. */
  readonly known?: KnownTimes
  /** Of one that was searched: its times, once they were settled from `samples`. */
  readonly times?: KnownTimes
  readonly decoded: number
  readonly records: number
  readonly undated: number
  /** Newlines, for the line numbers of the segments behind. */
  readonly newlines: number
  /** CRC-32 of the decoded text, where the leaf is no member and has lines: a log is recognised by it after it was compressed. */
  readonly textCrc?: number
  readonly samples: readonly Sample[]
  readonly findings: readonly Finding[]
  /** Where decoys stand; absent where none were searched. */
  readonly decoys?: readonly DecoySight[]
  readonly problems: readonly Problem[]
  /** The file mainly holds bare values, as a block list does. */
  readonly list: boolean
  /** The file is a report, an export or an answer of Sillage. */
  readonly own?: boolean
  /** It only accounts for bytes of its container. */
  readonly empty: boolean
}

export interface UnitResult {
  readonly leaves: readonly LeafResult[]
}

/** Nothing of it was read. Its samples are fetched from the index when they are first looked at, which is costly and almost never needed. */
export function isRuledOut(leaf: LeafResult): boolean {
  return leaf.known !== undefined && leaf.findings.length === 0
}
