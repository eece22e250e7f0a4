// What a log format is: how it recognises itself, how its records become lines, and what a line means.
import type { LogRecord } from "../model/log-record.js"
import type { Problem } from "../model/problem.js"

export interface LogFormat {
  readonly name: string
  readonly title: string
  /**
   * How sure the format is of itself, from the first decoded bytes alone (at most 64 KiB): 0 no, 1 certain.
   * `name` is the file's name, a hint that alone never recognises.
   */
  recognize(head: Uint8Array, name: string): number
  /**
   * For formats whose records are not lines (EVTX, PCAP, Parquet, one large JSON document): turns bytes into records.
   * Never throws on input: a damage is a problem, and what follows it is still read. Absent for formats of lines.
   */
  readonly decode?: (input: DecodeInput) => AsyncIterable<readonly DecodedRecord[]>
  /** A record's meaning depends on the head of the file, without header lines that tell so: the file is read whole, never in segments. */
  readonly headed?: true
  /** A line that begins this format's header wherever it stands in a file: what follows is of this format. */
  readonly opening?: RegExp
  /** What its lines begin with, where they can be understood only by the header that stands above them. */
  readonly headless?: RegExp
  /** State of one file: header lines, neighbours. `parse` is called only for lines that hit, `note` for header lines. */
  open(context: ParseContext): LineParser
}

export interface LineParser {
  /** The record on one decoded line; undefined if the line is not of this format (another format is then tried). Never throws on input. */
  parse(line: string): LogRecord | undefined
  /**
   * Lines that change the meaning of later ones (`#Fields:`), by a line's first characters: "#", or "" if they are names of columns without any mark.
   * `see` is true if the line was one. Absent if there are none.
   */
  readonly header?: { readonly prefix: "#" | ""; see(line: string): boolean }
}

/** What one file's lines are parsed with. */
export interface ParseContext {
  /** Path as shown. */
  readonly path: string
  readonly roles: RoleContext
}

/** The reader's own networks and proxies (semantics 8.3 and 9). */
export interface RoleContext {
  isInside(address: string): boolean
  isTrustedProxy(address: string): boolean
  /** `--own` was given: both outside is `external` rather than `unknown`. */
  readonly ownGiven: boolean
}

export interface DecodeInput {
  /** Decompressed bytes, in order. */
  readonly chunks: AsyncIterable<Uint8Array>
  /** The whole content, for formats that need random access; a `limit` problem and undefined beyond `bytesMax`. */
  whole(bytesMax: number): Promise<Uint8Array | undefined>
  readonly path: string
  readonly mtimeMs: number
  report(problem: Problem): void
  /** Says that nothing of this content could be searched: its bytes count as not searched. */
  unsearched(): void
}

/** One record as one line of text; newlines inside it are spaces or escapes. */
export interface DecodedRecord {
  readonly text: string
  readonly line?: number
  readonly offset?: number
  readonly record?: number
  /** It stands outside of the order of the others: its time says nothing about theirs. */
  readonly detached?: true
}
