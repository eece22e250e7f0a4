// Undoes what programs do to text on its way into a log (semantics 3.3 and 3.4). Decoding only adds readings.
import { defangMarks, invisibleMarks } from "../../model/refang.js"
import { entities } from "./entities.js"
import { addEdit, derive, type Edits, editsOf, newEdits, type Reading, rawReading } from "./reading.js"

const layersMax = 3
/** Text decoded for one record beyond its own length: some hundred times what any log has needed so far. */
const decodedCharsMax = 96 * 1024 * 1024

/** The raw text first, then every decoding of it, three mixed layers deep, each text once. `limited` is told where not all of it was decoded. */
export function readings(text: string, limited: () => void): readonly Reading[] {
  const raw = rawReading(text)
  if (!hint.test(text)) return [raw]
  const all: Reading[] = [raw]
  const seen = new Set([text])
  let layer: Reading[] = [raw]
  let left = decodedCharsMax
  for (let depth = 0; depth < layersMax && layer.length > 0; depth++) {
    const next: Reading[] = []
    for (const parent of layer) {
      for (const [kind, decode] of decoders) {
        const edits = decode(parent.text)
        if (edits.from.length === 0) continue
        parent.decoded.push(edits)
        left -= parent.text.length
        if (left < 0) {
          limited()
          return all
        }
        const reading = derive(parent, kind, edits)
        if (seen.has(reading.text)) continue
        seen.add(reading.text)
        next.push(reading)
      }
    }
    for (const reading of next) all.push(reading)
    layer = next
  }
  // Escapes that are left behind the last layer are not undone, but still tell where a token goes on.
  for (const last of layer) {
    for (const [, decode] of decoders) {
      const edits = decode(last.text)
      if (edits.from.length > 0) last.beyond.push(edits)
    }
    if (last.beyond.length > 0) last.undo = undone
  }
  return all
}

/** All escapes of a short text undone: one that opens with an escape becomes shorter each time. */
function undone(text: string): string {
  let result = text
  for (let before = ""; before !== result; ) {
    before = result
    for (const [kind, decode] of decoders) {
      const edits = decode(result)
      if (edits.from.length > 0) result = derive(rawReading(result), kind, edits).text
    }
  }
  return result
}

/** The text refanged, if anything in it is defanged. A hit in it is one only where a mark was undone (semantics 5.7). */
export function refanged(reading: Reading): Reading | undefined {
  const hidden = invisibleMarks(reading.text)
  const visible = hidden.length === 0 ? reading : derive(reading, "refanged", editsOf(hidden))
  const edits = editsOf(defangMarks(visible.text))
  if (edits.from.length === 0) return visible === reading ? undefined : visible
  visible.decoded.push(edits)
  return derive(visible, "refanged", edits)
}

/** What every escape begins with; most lines of most logs have none. */
const hint = /[\\%&#\x1b\x9b]|\^\[|\(\d/

const decoders = [
  ["transport", transportEdits],
  ["percent", percentEdits],
] as const

// Each alternative begins with a character of its own and is bounded, so that the scan is linear.
const escapes = new RegExp(
  [
    "(?:\\x1b|\\^\\[)\\[[0-9;:?]{0,64}[ -/]{0,4}[@-~]|\\x9b[0-9;:?]{0,64}[@-~]|\\x1b\\][^\\x07\\x1b]{0,256}(?:\\x07|\\x1b\\\\)",
    "#(0[0-3][0-7]|177)",
    "\\\\(?:u\\{([0-9A-Fa-f]{1,6})\\}|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|([\\\\/\"'abefnrtv0]))",
    "&(?:#(\\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z]{2,8}));",
    "\\(\\d{1,2}\\)",
  ].join("|"),
  "g",
)

/** Terminal colours, syslog octal, JSON and C escapes, HTML entities and Windows DNS names: what a carrier did to the text. */
export function transportEdits(text: string): Edits {
  const edits = newEdits()
  const paths = text.includes("\\") ? windowsPaths(text) : []
  let path = 0
  escapes.lastIndex = 0
  for (let match = escapes.exec(text); match; match = escapes.exec(text)) {
    const from = match.index
    const to = from + match[0].length
    while (path < paths.length && (paths[path] as { to: number }).to <= from) path++
    const inPath = path < paths.length && (paths[path] as { from: number }).from <= from
    const [, octal, braced, unicode, long, hex, cOctal, letter, decimal, entityHex, name] = match
    const first = match[0][0]
    if (octal !== undefined) addEdit(edits, from, to, String.fromCharCode(Number.parseInt(octal, 8)))
    else if (unicode !== undefined) addEdit(edits, from, to, String.fromCharCode(Number.parseInt(unicode, 16)))
    else if (braced !== undefined || long !== undefined)
      addEdit(edits, from, to, character(Number.parseInt((braced ?? long) as string, 16)))
    else if (inPath && first === "\\") continue
    else if (hex !== undefined) escapes.lastIndex = addBytes(edits, text, from, false, hexEscape)
    else if (cOctal !== undefined) escapes.lastIndex = addBytes(edits, text, from, true, octalEscape)
    else if (letter !== undefined) addEdit(edits, from, to, letters[letter] ?? letter)
    else if (decimal !== undefined) addEdit(edits, from, to, character(Number(decimal)))
    else if (entityHex !== undefined) addEdit(edits, from, to, character(Number.parseInt(entityHex, 16)))
    else if (name !== undefined) addNamed(edits, from, to, name)
    else if (first === "(") escapes.lastIndex = addDnsName(edits, text, from, to)
    else addEdit(edits, from, to, "")
  }
  return edits
}

/** `%2E`, UTF-8 sequences of them, and `%u002E` of old IIS. */
export function percentEdits(text: string): Edits {
  const edits = newEdits()
  const pattern = /%(?:[0-9A-Fa-f]{2}|u([0-9A-Fa-f]{4}))/g
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    if (match[1] === undefined) pattern.lastIndex = addBytes(edits, text, match.index, false, percentEscape)
    else addEdit(edits, match.index, pattern.lastIndex, String.fromCharCode(Number.parseInt(match[1], 16)))
  }
  return edits
}

const letters: Readonly<Record<string, string>> = { a: "\x07", b: "\b", e: "\x1b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "0": "\0" }

/** One byte as an escape: its value, and the length of its text; undefined if none stands there. */
type ByteEscape = (text: string, at: number) => number | undefined

function hexEscape(text: string, at: number): number | undefined {
  return text[at] === "\\" && text[at + 1] === "x" ? hexByte(text, at + 2) : undefined
}

function percentEscape(text: string, at: number): number | undefined {
  return text[at] === "%" ? hexByte(text, at + 1) : undefined
}

function octalEscape(text: string, at: number): number | undefined {
  const digits = text.slice(at + 1, at + 4)
  return text[at] === "\\" && /^[0-3][0-7]{2}$/.test(digits) ? Number.parseInt(digits, 8) : undefined
}

function hexByte(text: string, at: number): number | undefined {
  const digits = text.slice(at, at + 2)
  return /^[0-9A-Fa-f]{2}$/.test(digits) ? Number.parseInt(digits, 16) : undefined
}

/** Adds one character of escaped UTF-8, or U+FFFD for a byte that is none; returns where it ends. */
function addBytes(edits: Edits, text: string, from: number, soft: boolean, byteAt: ByteEscape): number {
  const width = byteAt === percentEscape ? 3 : 4
  const lead = byteAt(text, from) as number
  const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
  const bytes = [lead]
  for (let at = 1; at < length; at++) {
    const byte = byteAt(text, from + at * width)
    if (byte === undefined || byte >> 6 !== 2) break
    bytes.push(byte)
  }
  const whole = bytes.length === length && lead !== 0xc0 && lead !== 0xc1 && !(lead >= 0x80 && lead < 0xc0)
  const code =
    length === 1 ? lead : bytes.reduce((value, byte, at) => (at === 0 ? byte & (0xff >> (length + 1)) : (value << 6) | (byte & 63)), 0)
  const to = from + (whole ? length : 1) * width
  addEdit(edits, from, to, whole ? character(code) : "\ufffd", soft)
  return to
}

function character(code: number): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd"
}

function addNamed(edits: Edits, from: number, to: number, name: string): void {
  const char = entities[name] ?? entities[name.toLowerCase()]
  if (char !== undefined) addEdit(edits, from, to, char)
}

/** `(4)evil(7)example(0)`: each number is the length of the label behind it. Returns where scanning goes on. */
function addDnsName(edits: Edits, text: string, from: number, behindFirst: number): number {
  const labels: string[] = []
  let at = from
  while (at - from < dnsNameCharsMax) {
    const length = dnsLength(text, at)
    if (length === undefined) return behindFirst
    at += length < 10 ? 3 : 4
    if (length === 0) break
    labels.push(text.slice(at, at + length))
    at += length
  }
  if (labels.length === 0 || labels.some((label) => /[\s()\\]/.test(label))) return behindFirst
  // It is no part of a word that stands right before it.
  const gap = /[\p{L}\p{N}._-]$/u.test(text.slice(Math.max(0, from - 1), from)) ? " " : ""
  addEdit(edits, from, at, gap + labels.join("."))
  return at
}

/** 253 characters of a name, and a bracketed number for each of its labels. */
const dnsNameCharsMax = 800

function dnsLength(text: string, at: number): number | undefined {
  if (text[at] !== "(") return undefined
  const close = text[at + 2] === ")" ? at + 2 : text[at + 3] === ")" ? at + 3 : -1
  const length = close < 0 ? Number.NaN : Number(text.slice(at + 1, close))
  return length >= 0 && length < 64 ? length : undefined
}

/** Where Windows paths stand: their backslashes separate and escape nothing. */
function windowsPaths(text: string): readonly { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = []
  const start = /(?<![A-Za-z0-9])[A-Za-z]:\\(?!\\)|(?<![\\\w])\\\\[\w.$-]{1,255}\\(?!\\)|%\w{1,64}%\\(?!\\)|(?<![\w.\\])\.\.\\(?!\\)/g
  for (let match = start.exec(text); match; match = start.exec(text)) {
    components.lastIndex = start.lastIndex
    const rest = components.exec(text)?.[0] ?? ""
    const to = start.lastIndex + rest.length
    found.push({ from: match.index, to })
    start.lastIndex = Math.max(start.lastIndex, to)
  }
  return found
}

// Folders may hold up to three blanks, as in `Program Files (x86)`; the last component ends at the first one.
const components = /(?:[^\\/:*?"<>|\s]{1,255}(?: [^\\/:*?"<>|\s]{1,64}){0,3}\\)*[^\\/:*?"<>|\s]{0,255}/y
