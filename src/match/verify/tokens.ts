// Digests, mail addresses, file names and paths, and user agents in text (semantics 4.6 to 4.8, 5.13, 5.14).
import { canonicalEmail } from "../../model/canonical.js"
import { eachMatch } from "./each-match.js"
import { type Anchors, lowerCase, type Neighbourhood } from "./file-table.js"
import type { Owned } from "./owned.js"
import { addEdit, derive, newEdits, parentSpan, type Reading } from "./reading.js"
import { isSuperseded, isWordChar, type Scan } from "./scan.js"

const digestLengths = new Set([32, 40, 64, 128])

/** Runs of exactly a digest's length, and pairs that are separated throughout. */
export function digests(scan: Scan): void {
  const { hashes } = scan.tables
  const { text } = scan
  if (!hashes || text.length < 32) return
  eachMatch(hexRuns, text, ({ 0: run, index }) => {
    if (digestLengths.has(run.length)) reportDigest(scan, hashes, index, index + run.length, run)
  })
  if (text.length < 47) return
  eachMatch(hexPairs, text, (match) => {
    // The end of a word before the digest may look like its first pair: `SHA1:86:F7:…`, `added 86 F7 …`.
    const from = isWordChar(text[match.index - 1]) ? match.index + 3 : match.index
    const to = match.index + match[0].length
    const pairs = (to - from + 1) / 3
    if (digestLengths.has(pairs * 2)) reportDigest(scan, hashes, from, to, text.slice(from, to).replace(/[:\- ]/g, ""))
  })
}

const hexRuns = /[0-9A-Fa-f]{32,}/g
const hexPairs = /[0-9A-Fa-f]{2}([:\- ])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){14,}/g

function reportDigest(scan: Scan, hashes: Owned, from: number, to: number, hex: string): void {
  const { text } = scan
  if (isWordChar(text[from - 1]) || isWordChar(text[to])) return
  const owners = hashes.get(hex.toLowerCase())
  if (owners.length === 0 || isSuperseded(scan, from, to)) return
  for (const indicator of owners) scan.report({ indicator, span: { from, to }, strength: "exact", notes: [] })
}

/** Local part and domain around every at sign. */
export function mailAddresses(scan: Scan): void {
  const { mails } = scan.tables
  const { text } = scan
  if (!mails) return
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    let from = at
    while (from > 0 && at - from <= localCharsMax && /[A-Za-z0-9._%+-]/.test(text[from - 1] as string)) from--
    domain.lastIndex = at + 1
    const run = domain.exec(text)?.[0] ?? ""
    const name = run.replace(/\.+$/, "")
    const to = at + 1 + name.length
    if (name === "" || from === at || at - from > localCharsMax) continue
    const owners = mails.get(canonicalEmail(text.slice(from, to)) ?? "")
    // The escape may follow the dots that were cut: what it becomes would then go on with the name.
    if (owners.length === 0 || isSuperseded(scan, from, to) || isSuperseded(scan, from, at + 1 + run.length)) continue
    for (const indicator of owners) scan.report({ indicator, span: { from, to }, strength: "exact", notes: [] })
  }
}

const localCharsMax = 64
const domain = /[\p{L}\p{M}\p{N}_.-]{1,253}(?![\p{L}\p{M}\p{N}_-])/uy

/** Fingerprints of TLS clients: one whole run of name characters. */
export function ja4Fingerprint(scan: Scan, from: number, to: number): void {
  const { ja4 } = scan.tables
  if (!ja4 || to - from < 36 || to - from > 40 || isSuperseded(scan, from, to)) return
  for (const indicator of ja4.get(scan.text.slice(from, to).toLowerCase()))
    scan.report({ indicator, span: { from, to }, strength: "exact", notes: [] })
}

/** A user agent as one whole quoted value, or as the whole of a field. */
export function userAgents(scan: Scan): void {
  const { agents } = scan.tables
  const { text } = scan
  if (!agents) return
  const report = (from: number, to: number) => {
    for (const indicator of agents.get(text.slice(from, to).normalize("NFC")))
      scan.report({ indicator, span: { from, to }, strength: "exact", notes: [], atHome: "anywhere" })
  }
  const trimmed = text.trim()
  report(text.indexOf(trimmed), text.indexOf(trimmed) + trimmed.length)
  eachMatch(quoted, text, ({ 0: value, index }) => {
    if (value.length < text.length) report(index, index + value.length)
  })
}

const quoted = /[^"'`\t|]+/g

/** File names and paths: each word is looked up, then what stands around it is compared. */
export function files(scan: Scan): void {
  const { files } = scan.tables
  if (!files) return
  if (files.verbatim) lookUpWords(scan, files.verbatim, scan.text, (from, to) => ({ from, to }))
  if (!files.folded) return
  const folded = foldedReading(scan.reading)
  const back = (from: number, to: number) => (folded === scan.reading ? { from, to } : parentSpan(folded, { from, to }))
  lookUpWords(scan, files.folded, lowerCase(folded.text), back)
}

type Back = (from: number, to: number) => { readonly from: number; readonly to: number }

function lookUpWords(scan: Scan, anchors: Anchors, text: string, back: Back): void {
  eachMatch(wordsOf(text), text, ({ 0: run, index }) => {
    const word = run.endsWith(".") ? run.replace(/\.+$/, "") : run
    for (const neighbourhood of anchors.get(word) ?? []) compare(scan, neighbourhood, text, index, word.length, back)
  })
}

function compare(scan: Scan, near: Neighbourhood, text: string, at: number, length: number, back: Back): void {
  const from = at - near.before
  const to = at + length + near.behind
  if (from < 0 || to > text.length) return
  const owners = near.values.get(text.slice(from, to))
  if (!owners || !mayEnd(text, to)) return
  const span = back(from, to)
  let dots = to
  while (text[dots] === ".") dots++
  if (isSuperseded(scan, span.from, span.to) || (dots > to && isSuperseded(scan, span.from, back(from, dots).to))) return
  if (!isFileChar(text[from - 1]))
    for (const indicator of owners.exact) scan.report({ indicator, span, strength: "exact", notes: [], atHome: "in a path" })
  // Without its variable a path begins with a separator, before which any folder may stand.
  for (const indicator of owners.rest) scan.report({ indicator, span, strength: "weak", notes: [], atHome: "in a path" })
}

/** Behind a file's name: no letter, digit, `_`, `-`, nor `.` before one (semantics 4.8); nor a separator, which would make it a folder. */
function mayEnd(text: string, to: number): boolean {
  const next = text[to]
  if (next === undefined) return true
  if (next === ".") return !isFileChar(text[to + 1]) || text[to + 1] === "."
  if (next === "/" || next === "\\") return !isFileChar(text[to + 1])
  return !isFileChar(next)
}

function isFileChar(char: string | undefined): boolean {
  return char === "_" || char === "-" || char === "." || isWordChar(char)
}

/** Every run of separators as one `/`, combining marks composed. */
function foldedReading(reading: Reading): Reading {
  const edits = newEdits()
  if (!/\\|\/\/|[^\x00-\xff]/.test(reading.text)) return reading
  eachMatch(foldable, reading.text, ({ 0: written, index }) => {
    const plain = /^[\\/]/.test(written) ? "/" : written.normalize("NFC")
    if (plain !== written) addEdit(edits, index, index + written.length, plain)
  })
  return edits.from.length === 0 ? reading : derive(reading, "folded", edits)
}

const foldable = /\\[\\/]*|\/[\\/]+|[\p{L}\p{N}]\p{M}+/gu

/** Runs of name characters; the plain pattern is many times as fast. */
export function wordsOf(text: string): RegExp {
  return /[^\x00-\x7f]/.test(text) ? anyWords : asciiWords
}

const anyWords = /[\p{L}\p{M}\p{N}_.-]+/gu
const asciiWords = /[A-Za-z0-9_.-]+/g
