// What decides a line's meaning when its format is not known beforehand: header, message shapes, JSON, plain keys, in this order.
import type { LogRecord } from "../../model/log-record.js"
import type { Stamp } from "../../model/time.js"
import type { LineParser, ParseContext } from "../log-format.js"
import { type FoundStamp, readStamp } from "../time/stamp.js"
import { accessDraft, isCommonLog } from "./access-line.js"
import { type Draft, finishRecord } from "./draft.js"
import { windowsDraft } from "./json/windows-event.js"
import { jsonDraft } from "./json-draft.js"
import { echoOf, sentenceDraft } from "./sentence.js"
import { printedAlert } from "./shapes/event-formats.js"
import { messageShapes } from "./shapes/index.js"
import type { Memory, MessageHead, MessageShape } from "./shapes/shape.js"
import { syslogHeader } from "./syslog-header.js"
import { xmlEntries } from "./xml-entries.js"

/** A longer line is parsed up to here; its text is searched whole all the same. */
export const parsedCharsMax = 65_536

/** What a message is shows in its beginning. */
const hintedCharsMax = 2048

/** A parser that understands any single line; `format` names what matches nothing known. */
export function anyLine(context: ParseContext, format: string): LineParser {
  const memory: Memory = new Map()
  return { parse: (line) => parseAny(line, format, context, memory) }
}

function parseAny(line: string, format: string, context: ParseContext, memory: Memory): LogRecord {
  const head = line.length > parsedCharsMax ? line.slice(0, parsedCharsMax) : line
  const draft = draftOf(head, context, memory)
  return finishRecord(line, format, draft, context.roles)
}

/** The draft of a line in any known form. */
export function draftOf(line: string, context: ParseContext, memory: Memory): Draft {
  if (/^[\s[]{0,4}\{/.test(line)) {
    const draft = jsonDraft(line, (inner) => draftOf(inner, context, memory))
    if (draft) return draft
  }
  const common = isCommonLog(line) ? accessDraft(line) : undefined
  if (common) return common
  const event = line.indexOf("<Event ")
  if (event >= 0 && event < 400) return { format: "windows-event-xml", ...windowsDraft(xmlEntries(line)) }
  const found = readStamp(line)
  const container = found?.start === 0 ? containerLine.exec(line.slice(found.end, found.end + 16)) : undefined
  if (found && container) return twoStamps(draftOf(line.slice(found.end + container[0].length), context, memory), found.stamp, line)
  const printed = printedAlert(line)
  if (printed) return withTime(printed, found)
  const header = syslogHeader(line, found)
  if (header) {
    const inner = behindHeader(line.slice(header.body), header.head, context, memory)
    const host = header.head.host
    const fields = { ...(host !== undefined && { "host.name": host }), ...inner.fields }
    return twoStamps({ ...inner, fields }, header.time, line)
  }
  const whole = messageDraft(line, {}, context, memory)
  if (whole) return withTime(whole, found)
  const draft = sentenceDraft(line, {})
  const echo = draft.echo ?? echoOf(line)
  return withTime({ ...draft, echo }, found)
}

/** What the container runtimes of Kubernetes (CRI) put before every line, behind its time. */
const containerLine = /^ (?:stdout|stderr) [FP] /

/** The draft of a message by the shapes that are known to begin it. */
export function messageDraft(message: string, head: MessageHead, context: ParseContext, memory: Memory): Draft | undefined {
  const hinted = message.length > hintedCharsMax ? message.slice(0, hintedCharsMax) : message
  const ofProgram = head.program === undefined ? noShapes : shapesOf(head.program)
  for (const shape of messageShapes) {
    if (!ofProgram.has(shape) && !shape.hint.test(hinted)) continue
    const draft = shape.parse(message, { ...context, head, memory })
    if (draft) return { format: shape.name, ...draft }
  }
  return accessDraft(message)
}

const noShapes: ReadonlySet<MessageShape> = new Set()
const programs = new Map<string, ReadonlySet<MessageShape>>()
/** Logs name few programs; names that an attacker makes up are judged anew each time. */
const programsMax = 2000

/** The shapes that a program's name alone suggests. */
function shapesOf(program: string): ReadonlySet<MessageShape> {
  const known = programs.get(program)
  if (known) return known
  const shapes = new Set(messageShapes.filter(({ hint }) => hint.test(`${program}:`)))
  if (programs.size < programsMax) programs.set(program, shapes)
  return shapes
}

function behindHeader(message: string, head: MessageHead, context: ParseContext, memory: Memory): Draft {
  const brace = message.search(/\S/)
  if (message[brace] === "{") {
    const draft = jsonDraft(message.slice(brace), (inner) => draftOf(inner, context, memory))
    if (draft) return draft
  }
  const at = message.indexOf("@cee:")
  if (at >= 0 && at < 64) {
    const draft = jsonDraft(message.slice(at + 5).trim(), (inner) => draftOf(inner, context, memory))
    if (draft) return draft
  }
  return messageDraft(message, head, context, memory) ?? { format: "syslog", ...sentenceDraft(message, head) }
}

/** The device's own stamp is the event, the relay's becomes `event.created` (semantics 7.10). */
function twoStamps(draft: Draft, relay: Stamp | undefined, line: string): Draft {
  if (!relay) return draft.time ? draft : withTime(draft, readStamp(line))
  if (!draft.time) return { ...draft, time: relay }
  if (sameClock(draft.time, relay)) return { ...draft, time: fuller(draft.time, relay) }
  const stamp = readStamp(line)
  const created = stamp ? line.slice(stamp.start, stamp.end) : undefined
  return { ...draft, created: relay, fields: { ...draft.fields, ...(created && { "event.created": created }) } }
}

function sameClock(a: Stamp, b: Stamp): boolean {
  if (a.offsets && b.offsets && a.offsets[0] !== b.offsets[0]) return false
  return a.month === b.month && a.day === b.day && a.hour === b.hour && a.minute === b.minute && a.second === b.second
}

/** Of two writings of one clock, one may leave out the year and the other the zone. */
function fuller(own: Stamp, relay: Stamp): Stamp {
  if (own.year === undefined) return relay
  return own.offsets === undefined && relay.year !== undefined && relay.offsets !== undefined ? relay : own
}

function withTime(draft: Draft, found: FoundStamp | undefined): Draft {
  if (!found) return draft
  if (!draft.time) return { ...draft, time: found.stamp }
  return sameClock(draft.time, found.stamp) ? { ...draft, time: fuller(draft.time, found.stamp) } : draft
}
