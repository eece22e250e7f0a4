// Heads of HTTP messages as JSON text. The same lines come again and again: each is put together once.
import { escaped, quote } from "../json-text.js"
import { grouped, shown } from "./headers.js"

export interface HttpHead {
  /** Request line or status line. */
  readonly first: string
  /** Headers as members of a JSON object, names in lower case, without those that stand in `places`. */
  readonly members: string
  /** Escaped for a JSON string; undefined where there is none. */
  readonly host: string | undefined
  readonly agent: string | undefined
  readonly referrer: string | undefined
  /** What tells the length of the body, as written. */
  readonly length: string | undefined
  readonly coding: string | undefined
}

/** Headers that have a place of their own in a record: the first of each. */
const places: ReadonlySet<string> = new Set(["host", "user-agent", "referer"])

interface Name {
  /** In lower case. */
  readonly text: string
  readonly json: string
  /** Serial number of the head that had it last. */
  head: number
}

interface Line {
  readonly name: Name
  readonly value: string
  /** `"name":"value"`, or the escaped value of one that has a place. */
  readonly text: string
}

const names = new Map<string, Name>()
/** Names are few; those that someone makes up are lowered each time. */
const namesMax = 1000

const lines = new Map<string, Line>()
const linesMax = 4096
/** A line of a longer head is not kept: it would keep the whole head in memory. */
const keptHeadChars = 4096
const keptLineChars = 256

const carriageReturn = 13
let heads = 0

/** The head between two places of a text; undefined where an empty line ends it before. */
export function readHttpHead(text: string, from: number, stop: number): HttpHead | undefined {
  const head = ++heads
  let at = text.indexOf("\n", from)
  const first = at < 0 || at >= stop ? text.slice(from, stop) : text.slice(from, lineEnd(text, from, at))
  if (at < 0) at = stop
  let members = ""
  let host: string | undefined
  let agent: string | undefined
  let referrer: string | undefined
  let length: string | undefined
  let coding: string | undefined
  let repeats = false
  while (at < stop) {
    const next = text.indexOf("\n", at + 1)
    const raw = text.slice(at + 1, next < 0 || next >= stop ? stop : lineEnd(text, at + 1, next))
    at = next < 0 ? stop : next
    let line = lines.get(raw)
    if (line === undefined) {
      if (raw === "") return undefined
      if (isFolded(raw)) {
        const whole = text.slice(from, stop).replace(/\r?\n[ \t]+/g, " ")
        return readHttpHead(whole, 0, whole.length)
      }
      line = readLine(raw, text.length <= keptHeadChars && raw.length <= keptLineChars)
    }
    const { name } = line
    // Of what is not known as a name, any may come again.
    if (name.head === head || name.head < 0) repeats = true
    else name.head = head
    if (name === hostName) host ??= line.text
    else if (name === agentName) agent ??= line.text
    else if (name === referrerName) referrer ??= line.text
    else if (line.text !== "") {
      members += members === "" ? line.text : `,${line.text}`
      if (name === lengthName) length ??= line.value
      else if (name === codingName) coding ??= line.value
    }
  }
  if (repeats) members = groupedMembers(text.slice(from, stop))
  return { first, members, host, agent, referrer, length, coding }
}

function lineEnd(text: string, from: number, newline: number): number {
  return newline > from && text.charCodeAt(newline - 1) === carriageReturn ? newline - 1 : newline
}

/** A value goes on in the next line, behind a blank (RFC 9112, section 5.2). */
function isFolded(line: string): boolean {
  const first = line.charCodeAt(0)
  return first === 32 || first === 9
}

function readLine(raw: string, keep: boolean): Line {
  const [label, value] = split(raw)
  const name = nameOf(label)
  if (name.text === "" && value === "") return { name, value, text: "" }
  const line = { name, value, text: places.has(name.text) ? escaped(value) : `${name.json}:${quote(shown(value))}` }
  if (!keep || name.head < 0) return line
  if (lines.size >= linesMax) lines.clear()
  lines.set(raw, line)
  return line
}

/** What is no header stands under an empty name. */
function split(raw: string): readonly [name: string, value: string] {
  const colon = raw.indexOf(":")
  return colon > 0 ? [raw.slice(0, colon), raw.slice(colon + 1).trim()] : ["", raw.trim()]
}

function nameOf(label: string): Name {
  const known = names.get(label)
  if (known) return known
  const text = label.trim().toLowerCase()
  const same = names.get(text)
  const isKept = names.size < namesMax && label.length <= keptLineChars
  const name = same ?? { text, json: quote(text), head: isKept ? 0 : -1 }
  if (isKept) names.set(flat(label), name).set(flat(text), name)
  return name
}

/** A copy that keeps nothing of the text that it was cut from. */
function flat(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1")
}

/** Once more, where a name comes more than once: it has all its values. Of those that have a place, the further ones. */
function groupedMembers(head: string): string {
  const placed = new Set<string>()
  const headers: (readonly [string, string])[] = []
  for (const raw of head.split(/\r?\n/).slice(1)) {
    const [label, value] = split(raw)
    const name = label.trim().toLowerCase()
    if (places.has(name) && !placed.has(name)) placed.add(name)
    else headers.push([name, value])
  }
  return JSON.stringify(grouped(headers)).slice(1, -1)
}

const hostName = nameOf("host")
const agentName = nameOf("user-agent")
const referrerName = nameOf("referer")
const lengthName = nameOf("content-length")
const codingName = nameOf("transfer-encoding")
