// What was searched, ruled out and not searched; the three add up (machine output, a contract).
import type { ProblemCode } from "./problem.js"

export type CoverageState = "searched" | "partly" | "not"

export interface CoverageBytes {
  /** Stored bytes: size = searched + ruledOut + notSearched. */
  readonly size: number
  readonly searched: number
  readonly ruledOut: number
  readonly notSearched: number
}

export interface Coverage {
  readonly type: "coverage"
  readonly source: { readonly path: string; readonly member?: string }
  readonly format: string
  readonly state: CoverageState
  /** Empty if searched. */
  readonly reasons: readonly ProblemCode[]
  readonly bytes: CoverageBytes
  /** Bytes of decoded text searched. */
  readonly decoded: number
  readonly records: number
  /** Records without a time of their own. */
  readonly undated: number
  /** RFC 3339, UTC. */
  readonly first: string | null
  readonly last: string | null
  /** Silences far longer than usual in this file. */
  readonly gaps: readonly { readonly from: string; readonly to: string }[]
  /** Where time runs backwards from one record to the next, by an hour or more: a clock that was set, or files put together. Absent if nowhere. */
  readonly jumps?: readonly { readonly from: string; readonly to: string }[]
  /** Where not all hits are listed in full: how many were found in the file, and how many are listed. */
  readonly hits?: { readonly found: number; readonly listed: number }
}
