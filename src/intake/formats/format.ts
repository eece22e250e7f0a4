// What a bulletin format is: a name, how sure it is of a document, and how it reads one into a draft.
import type { Bulletin } from "../../model/bulletin.js"
import type { BulletinDraft } from "../draft.js"

export interface BulletinInput {
  /** File name or address, the first part of every provenance. */
  readonly name: string
  readonly bytes: Uint8Array
  /** The first 64 KiB as text. */
  readonly head: string
  /** The whole as text, decoded once; a document that is too long is cut, with a Problem. */
  text(): string
  /** The same in pieces that end at line breaks, without a limit: for tables, which need no more than a row at a time. */
  pieces(): Iterable<string>
  /** Reads a part (attachment, archive member) as a bulletin of its own; undefined beyond the nesting limit. */
  readPart(name: string, bytes: Uint8Array): Promise<Bulletin | undefined>
}

export interface BulletinFormat {
  readonly name: string
  readonly title: string
  /** How sure the format is of itself: 0 no, 1 certain. From the content; the name may break a tie. */
  recognize(input: BulletinInput): number
  /** Reads everything that it understands into the draft. Never throws on input. */
  parse(input: BulletinInput, draft: BulletinDraft): void | Promise<void>
}
