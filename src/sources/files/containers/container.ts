// What a container is: compression around one content, or an archive of members. Known by content, never by name (semantics 3.1).
import type { ProblemCode } from "../../../model/problem.js"
import type { ByteReader, ByteSource } from "../byte-reader.js"
import type { Report } from "../ledger.js"
import type { SeekPoint, SeekPoints } from "../seek.js"

/** Length and CRC-32 of a text. */
export interface Sum {
  readonly bytes: number
  readonly crc: number
}

export interface Compression {
  readonly name: string
  recognize(head: Uint8Array): boolean
  /**
   * All members, streams or frames, one after another. What decodes before a damage comes out; the damage is reported and ends it.
   * A chunk stays valid until the next is asked for.
   */
  decode(input: ByteReader, report: Report, seek?: SeekPoints, sums?: Sum[]): AsyncGenerator<Uint8Array>
  /** `decode` adds to `sums` those of the members, as it reads them to their ends. */
  readonly isSummed?: true
  /** Goes on from a seek point in whose first byte the input stands. Absent where decoding can only begin at the start. */
  readonly resume?: (input: ByteReader, point: SeekPoint, report: Report) => AsyncGenerator<Uint8Array>
}

export interface Archive {
  readonly name: string
  recognize(head: Uint8Array): boolean
  /** Members in the order in which they are stored. Each is skipped to its end before the next is given. */
  entries(input: ByteReader, report: Report): AsyncGenerator<Entry>
}

/** A member of an archive; its name is as stored, hostile text. */
export type Entry = ReadableEntry | ClosedEntry

interface EntryHead {
  readonly name: string
  /** Milliseconds since 1970; undefined if the archive does not say. */
  readonly mtimeMs: number | undefined
}

export interface ReadableEntry extends EntryHead {
  /** Its content. `report` speaks of positions in the member's stored bytes. */
  readonly open: (report: Report) => ByteSource
}

/** A member that cannot be read. */
export interface ClosedEntry extends EntryHead {
  readonly open?: undefined
  readonly code: ProblemCode
  readonly reason: string
}

/** Known by content and not readable here: named, so that nobody takes the silence for absence. */
export interface Unreadable {
  readonly title: string
  readonly advice: string
  recognize(head: Uint8Array): boolean
}

export function startsWith(head: Uint8Array, bytes: readonly number[], at = 0): boolean {
  return bytes.every((byte, index) => head[at + index] === byte)
}
