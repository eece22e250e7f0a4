// RFC 3164 and RFC 5424 headers, with the variations that relays and devices make of them.
import type { Stamp } from "../../model/time.js"
import { type FoundStamp, readStamp } from "../time/stamp.js"
import type { MessageHead } from "./shapes/shape.js"

export interface SyslogLine {
  readonly head: MessageHead
  readonly time?: Stamp
  /** Where the message begins. */
  readonly body: number
}

const priority = /^(?:\s*<\d{1,3}>)?(?:1\s)?\s*/
const levels =
  /^(?:(?:local\d|kern|user|mail|daemon|auth|authpriv|syslog|lpr|news|cron|ftp)\.)?(?:emerg|alert|crit|err|error|warn|warning|notice|info|debug)\s+/i
const host = /^(?:\d+:\s+)?([A-Za-z0-9][\w.:-]{0,254}|::[\da-fA-F:.]+)\s+/
const tag = /^([A-Za-z_][\w./@+() -]{0,63}?|\([\w-]+\)|-)(?:\[([\w.-]{1,32})\])?:(?:\s|$)/
const tag5424 = /^(\S{1,48})\s+(\S{1,128})\s+(\S{1,32})\s+(?:-|(?=\[))\s?/

/**
 * The header of a line; undefined if it begins with no priority and no stamp. A full date alone is no header, since most
 * applications begin their lines so: a host and a tagged program must follow it.
 */
export function syslogHeader(line: string, stamp = readStamp(line)): SyslogLine | undefined {
  const header = headerOf(line, stamp)
  if (!header || line.trimStart().startsWith("<")) return header
  if (header.time?.utc || !/^[\s*.:]{0,2}(?:\d{4}-|[\p{L}]{3,5}\.?\s)/u.test(line)) return undefined
  const full = header.time?.year !== undefined && /^\s*\d{4}/.test(line)
  return full && (header.head.host === undefined || header.head.program === undefined) ? undefined : header
}

function headerOf(line: string, first: FoundStamp | undefined): SyslogLine | undefined {
  const pri = priority.exec(line)?.[0] ?? ""
  const found = pri === "" ? first : readStamp(line.slice(pri.length, pri.length + 96))
  if (!found || found.start > 2) {
    if (!pri.includes("<")) return undefined
    return afterHost(line, pri.length, undefined, {})
  }
  let at = pri.length + found.end
  at += /^[.:]?\s*/.exec(line.slice(at, at + 8))?.[0].length ?? 0
  if (at === pri.length + found.end && line[at] !== undefined) return undefined
  const level = levels.exec(line.slice(at, at + 40))
  if (level) at += level[0].length
  const named = host.exec(line.slice(at, at + 260))
  if (!named || named[1]?.endsWith(":")) return afterHost(line, at, found.stamp, {})
  const rest = at + named[0].length
  const name = named[1] as string
  // A word that is itself a tag is the program of a header without host.
  if (/^[\w./-]+\[\d+\]:?$/.test(name)) return afterHost(line, at, found.stamp, {})
  if (/(?:^|>)1\s$/.test(pri)) return afterRfc5424(line, rest, found.stamp, { host: name })
  return afterHost(line, rest, found.stamp, { host: name })
}

function afterHost(line: string, at: number, time: Stamp | undefined, head: MessageHead): SyslogLine {
  const match = tag.exec(line.slice(at, at + 120))
  const rfc5424 = match ? undefined : tag5424.exec(line.slice(at, at + 300))
  if (!match && rfc5424 && (rfc5424[2] === "-" || /^\d+$/.test(rfc5424[2] as string))) return afterRfc5424(line, at, time, head)
  const program = match?.[1]?.replace(/^.*\//, "")
  return {
    head: { ...head, ...(program && program !== "-" && { program }), ...(match?.[2] && { pid: match[2] }) },
    ...(time && { time }),
    body: at + (match?.[0].length ?? 0),
  }
}

/** APP-NAME PROCID MSGID STRUCTURED-DATA MSG; the structured data stays part of the message, for some devices say all in it. */
function afterRfc5424(line: string, at: number, time: Stamp | undefined, head: MessageHead): SyslogLine {
  const match = tag5424.exec(line.slice(at, at + 300))
  if (!match) return { head, ...(time && { time }), body: at }
  const [whole, program = "-", pid = "-"] = match
  const skipped = /^\[(?:meta|timeQuality|origin)\b[^\]]{0,500}\]\s*/.exec(line.slice(at + whole.length, at + whole.length + 600))
  return {
    head: { ...head, ...(program !== "-" && { program }), ...(pid !== "-" && { pid }) },
    ...(time && { time }),
    body: at + whole.length + (skipped?.[0].length ?? 0),
  }
}
