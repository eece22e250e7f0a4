// The one judge: marks candidate lines at the speed of the disk, then decides what is a hit, and how strong.
import type { Occurrence } from "../model/hit.js"
import type { Indicator } from "../model/indicator.js"
import type { LogRecord } from "../model/log-record.js"

export interface Scanner {
  /** Room for text to be scanned: a view of the kernel's memory. Fill from 0; never keep it across `scan`. */
  readonly room: Uint8Array
  /**
   * Marks the lines of room[0, length) that may hold an indicator: ascending, each line once.
   * Text holds whole lines, the last one possibly without its newline (a piece of a line longer than the room).
   * Guarantee: a line with any reading (semantics 3.3) in which an indicator stands is marked.
   */
  scan(length: number): Marked
}

export interface Marked {
  /** Newlines in the text scanned. */
  readonly newlines: number
  /** Start offsets of candidate lines. */
  readonly starts: readonly number[]
  /** Number of newlines before each of them. */
  readonly lines: readonly number[]
}

export interface Matcher {
  readonly indicators: readonly Indicator[]
  /** A scanner of this thread; the tables behind it are shared. */
  scanner(): Scanner
  /**
   * Exact judgement of one record: one occurrence per indicator, the strongest (semantics 4 to 6). `limited` is called where a text was too
   * long to be decoded in every way.
   */
  verify(record: LogRecord, limited?: () => void): readonly Occurrence[]
}
