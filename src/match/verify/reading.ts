// One way of reading a record's text (semantics 3.3), and the way back from each of its characters to the text as it stands.
import type { Replacement } from "../../model/refang.js"

export type ReadingKind = "raw" | "transport" | "percent" | "refanged" | "folded"

export interface Reading {
  readonly text: string
  readonly kind: ReadingKind
  /** What it was decoded from; undefined for the raw text. */
  readonly parent: Reading | undefined
  /** How the parent's text became this one. */
  readonly edits: Edits
  /** How this text is decoded further: where that happens, this reading does not judge. */
  readonly decoded: Edits[]
  /** Escapes of a text that is decoded no further: they only tell where a token goes on. */
  readonly beyond: Edits[]
  /** Undoes all of them in a short text, however deep. */
  undo?: (text: string) => string
}

/** Replacements as columns, in the order of the text: a line of a million escapes stays affordable. */
export interface Edits {
  readonly from: number[]
  readonly to: number[]
  /** The same span in the decoded text. */
  readonly outFrom: number[]
  readonly outTo: number[]
  readonly text: string[]
  /** Guessed: the undecoded text may just as well be meant, and keeps its own hits. */
  readonly soft: boolean[]
}

export interface Span {
  readonly from: number
  readonly to: number
}

export function rawReading(text: string): Reading {
  return { text, kind: "raw", parent: undefined, edits: newEdits(), decoded: [], beyond: [] }
}

export function newEdits(): Edits {
  return { from: [], to: [], outFrom: [], outTo: [], text: [], soft: [] }
}

export function addEdit(edits: Edits, from: number, to: number, text: string, soft = false): void {
  const last = edits.from.length - 1
  const shift = last < 0 ? 0 : (edits.outTo[last] as number) - (edits.to[last] as number)
  edits.from.push(from)
  edits.to.push(to)
  edits.outFrom.push(from + shift)
  edits.outTo.push(from + shift + text.length)
  edits.text.push(text)
  edits.soft.push(soft)
}

export function editsOf(replacements: readonly Replacement[]): Edits {
  const edits = newEdits()
  for (const { from, to, text } of replacements) addEdit(edits, from, to, text)
  return edits
}

/** The reading that these edits of the parent's text give. */
export function derive(parent: Reading, kind: ReadingKind, edits: Edits): Reading {
  const parts: string[] = []
  let end = 0
  for (let at = 0; at < edits.from.length; at++) {
    parts.push(parent.text.slice(end, edits.from[at]), edits.text[at] as string)
    end = edits.to[at] as number
  }
  parts.push(parent.text.slice(end))
  return { text: parts.join(""), kind, parent, edits, decoded: [], beyond: [] }
}

/** The span in the parent's text that became this one. */
export function parentSpan(reading: Reading, { from, to }: Span): Span {
  return { from: parentStart(reading.edits, from), to: to > from ? parentEnd(reading.edits, to - 1) : parentStart(reading.edits, from) }
}

/** The span in the raw text, whatever lies between. */
export function rawSpan(reading: Reading, span: Span): Span {
  let at = span
  for (let one: Reading | undefined = reading; one?.parent; one = one.parent) at = parentSpan(one, at)
  return at
}

/** Whether an edit made any character of this span. */
export function touched({ edits }: Reading, { from, to }: Span): boolean {
  const at = lastAtOrBefore(edits.outFrom, to - 1)
  return at >= 0 && (edits.outTo[at] as number) > from
}

/** One bit for every percent-decoding between the raw text and this span that changed a character of it. */
export function percentLayers(reading: Reading, span: Span): number {
  let layers = 0
  let at = span
  let bit = 1
  for (let one: Reading | undefined = reading; one?.parent; one = one.parent, bit <<= 1) {
    if (one.kind === "percent" && touched(one, at)) layers |= bit
    at = parentSpan(one, at)
  }
  return layers
}

/**
 * Whether decoding changes where a token begins or ends: it starts inside an escape, or an escape beside it becomes
 * one of its own characters. Boundaries are tested on the decoded text (semantics 4), so the decoded reading judges.
 */
export function superseded(reading: Reading, from: number, to: number): boolean {
  // What becomes an escape may become anything in the next reading, which then judges.
  if (reading.decoded.some((edits) => changesEdge(reading.text, edits, from, to, mayContinue))) return true
  return reading.beyond.some((edits) => changesEdge(reading.text, edits, from, to, continues)) || goesOnBeyond(reading, from, to)
}

/** Of what is escaped deeper than it is decoded, only what it becomes in the end tells: `%2563` is a letter. */
function goesOnBeyond({ text, undo }: Reading, from: number, to: number): boolean {
  if (!undo) return false
  if (isOpener(text[to]) && continues(undo(text.slice(to, to + deepCharsMax))[0])) return true
  return text[from - 1] === ";" && continues(undo(text.slice(Math.max(0, from - deepCharsMax), from)).at(-1))
}

function changesEdge(text: string, edits: Edits, from: number, to: number, goesOn: (char: string | undefined) => boolean): boolean {
  const before = lastAtOrBefore(edits.from, from - 1)
  if (before >= 0 && !edits.soft[before]) {
    const start = edits.from[before] as number
    const end = edits.to[before] as number
    if (end > from || (end === from && goesOn((edits.text[before] as string).at(-1)))) return true
    // What stands before is an entity only once its own characters are decoded: `&#%3116;`.
    if (text[from - 1] === ";" && from - end < entityCharsMax && openEntity.test(text.slice(Math.max(0, start - entityCharsMax), from)))
      return true
  }
  const behind = lastAtOrBefore(edits.from, to)
  if (behind >= 0 && edits.from[behind] === to && !edits.soft[behind] && goesOn((edits.text[behind] as string)[0])) return true
  // And what stands behind is an escape only then: `\u00%36a`.
  const within = edits.from[behind + 1]
  return within !== undefined && within > to && within - to < escapeCharsMax && isOpener(text[to])
}

/** Its ampersand may be escaped as well. */
const openEntity = /(?:&|%(?:25){0,2}26|\\(?:x|u00)26)#?[^\s;]{0,32};$/i
/** With its digits escaped as well. */
const entityCharsMax = 24
/** The longest escape is `\U0010FFFF`. */
const escapeCharsMax = 10

/** A character that is escaped some six times over. */
const deepCharsMax = 64

function isOpener(char: string | undefined): boolean {
  return char === "\\" || char === "%" || char === "&"
}

/** Where the raw text of a decoded character begins. */
function parentStart(edits: Edits, at: number): number {
  const edit = lastAtOrBefore(edits.outFrom, at)
  if (edit < 0) return at
  const outTo = edits.outTo[edit] as number
  return at < outTo ? (edits.from[edit] as number) : at + (edits.to[edit] as number) - outTo
}

/** Where the raw text of a decoded character ends. */
function parentEnd(edits: Edits, at: number): number {
  const edit = lastAtOrBefore(edits.outFrom, at)
  if (edit < 0) return at + 1
  const outTo = edits.outTo[edit] as number
  return at < outTo ? (edits.to[edit] as number) : at + 1 + (edits.to[edit] as number) - outTo
}

/** Index of the last value at or below the limit; -1 if there is none. */
function lastAtOrBefore(ascending: readonly number[], limit: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const mid = (low + high) >>> 1
    if ((ascending[mid] as number) <= limit) low = mid + 1
    else high = mid
  }
  return low - 1
}

function continues(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}._-]/u.test(char)
}

function mayContinue(char: string | undefined): boolean {
  return continues(char) || isOpener(char) || char === ";" || char === ":"
}
