// A message shape: what one kind of device or program writes, wherever the line stands: alone, or behind a syslog header.
import type { ParseContext } from "../../log-format.js"
import type { Draft } from "../draft.js"

/** What a syslog header says about the message behind it; empty for a bare line. */
export interface MessageHead {
  readonly host?: string
  readonly program?: string
  readonly pid?: string
}

/** What earlier lines of the file leave to later ones: roles of connections by their key. Bounded. */
export type Memory = Map<string, string>

export interface MessageContext extends ParseContext {
  readonly head: MessageHead
  readonly memory: Memory
}

export interface MessageShape {
  readonly name: string
  readonly title: string
  /** A cheap test over the message; `parse` runs only where it holds. */
  readonly hint: RegExp
  /** Undefined if the message is of another shape. Never throws on input. */
  parse(message: string, context: MessageContext): Draft | undefined
}

const memoryMax = 100_000

/** Remembers up to a bound; what is beyond is judged like a record whose counterpart is not at hand. */
export function remember(memory: Memory, key: string, value: string): void {
  if (memory.size < memoryMax) memory.set(key, value)
}
