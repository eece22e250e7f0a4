// The head of a file as lines, and what each of them is taken for: the ground on which line formats recognise themselves.
import { once } from "../../model/once.js"
import { createRoleContext } from "../roles.js"
import { draftOf } from "./lines.js"
import { syslogHeader } from "./syslog-header.js"

const linesMax = 24
/** Where so many lines are all of one kind, no more are parsed. */
const unanimousLines = 8
const lineCharsMax = 8192

/** The first lines that are not empty; the last one only if it is whole or alone. */
export function headLines(head: Uint8Array): readonly string[] {
  return look(head).lines()
}

/** Share of the head's lines that a format's name was found for, 0 to 1. */
export function shareOf(head: Uint8Array, format: string): number {
  const { votes, counted } = look(head).poll()
  return counted === 0 ? 0 : (votes.get(format) ?? 0) / counted
}

/** Share of the head's lines that begin with a syslog header. */
export function syslogShare(head: Uint8Array): number {
  const { syslog, counted } = look(head).poll()
  return counted === 0 ? 0 : syslog / counted
}

/** NUL bytes are in no text that has been decoded. */
export function isText(head: Uint8Array): boolean {
  return look(head).text
}

/** What was made of a head so far: formats that are sure of themselves ask for no more than the lines. */
interface Look {
  readonly text: boolean
  readonly lines: () => readonly string[]
  readonly poll: () => Poll
}

/** What each of the lines is taken for. */
interface Poll {
  readonly counted: number
  readonly syslog: number
  readonly votes: ReadonlyMap<string, number>
}

const looks = new WeakMap<Uint8Array, Look>()
const roles = createRoleContext({ own: [], trustedProxies: [] })

function look(head: Uint8Array): Look {
  const known = looks.get(head)
  if (known) return known
  const text = !head.subarray(0, 4096).includes(0)
  const lines = once(() => (text ? firstLines(head.subarray(0, 65_536)) : []))
  const fresh = { text, lines, poll: once(() => pollOf(lines())) }
  looks.set(head, fresh)
  return fresh
}

function pollOf(lines: readonly string[]): Poll {
  const votes = new Map<string, number>()
  let syslog = 0
  let counted = 0
  for (const line of lines) {
    if (line.startsWith("#")) continue
    if (counted === unanimousLines && votes.size === 1) break
    counted++
    const name = draftOf(line, { path: "", roles }, new Map()).format ?? "text"
    votes.set(name, (votes.get(name) ?? 0) + 1)
    if (syslogHeader(line)) syslog++
  }
  return { counted, syslog, votes }
}

function firstLines(bytes: Uint8Array): readonly string[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: false })
  const lines: string[] = []
  for (let start = 0; lines.length < linesMax && start < bytes.length; ) {
    const newline = bytes.indexOf(10, start)
    // What the head cuts off is no line, unless it is alone.
    if (newline < 0 && start > 0) break
    const line = decoder.decode(bytes.subarray(start, newline < 0 ? bytes.length : newline)).replace(/\r$/, "")
    if (line.trim() !== "") lines.push(line.slice(0, lineCharsMax))
    start = newline < 0 ? bytes.length : newline + 1
  }
  return lines
}
