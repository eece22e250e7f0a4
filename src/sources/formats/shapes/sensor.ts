// Sensors that write text: Suricata fast.log, Snort, tcpdump, conntrack, honeypots.
import { readStamp, stampOf } from "../../time/stamp.js"
import { type Draft, fieldsOf } from "../draft.js"
import { endpoint, isAddress, side } from "../endpoint.js"
import { integer } from "./firewall.js"
import type { MessageShape } from "./shape.js"

/** `[**] [1:2024468:3] message [**] [Classification: …] {TCP} a:p -> b:p`. */
const fastLog: MessageShape = {
  name: "snort-fast",
  title: "Suricata fast.log and Snort alerts",
  hint: /\[\d+:\d+:\d+\] .{0,600}\{[\w-]+\} \S+ -> /,
  parse(message) {
    const match = /\[\d+:(\d+):\d+\]\s+(.{1,500}?)\s+(?:\[\*\*\] )?\[.{0,400}\{([\w-]+)\} (\S+) -> (\S+)/.exec(message)
    const [from, to] = [endpoint(match?.[4]), endpoint(match?.[5])]
    if (!match || !from.ip || !to.ip) return undefined
    const dropped = /\[Drop\]|\[wDrop\]|\[Block\]/i.test(message)
    return {
      fields: fieldsOf({
        ...side("source", from),
        ...side("destination", to),
        "network.transport": match[3]?.toLowerCase(),
        "rule.id": match[1],
        "rule.name": (match[2] as string).replace(/^"|"$/g, ""),
      }),
      // Both write the month first.
      time: monthFirst(readStamp(message)?.stamp),
      action: dropped ? "blocked" : "unknown",
    }
  },
}

function monthFirst(stamp: Draft["time"]): Draft["time"] {
  if (stamp?.dayOrder !== "unknown") return stamp
  const { dayOrder: _, ...settled } = stamp
  return settled
}

/** `IP 203.0.113.9.51234 > 10.0.0.1.443: Flags [S]`: the last of five parts is the port. */
const tcpdump: MessageShape = {
  name: "tcpdump",
  title: "tcpdump text",
  hint: /\bIP6? \S+ > \S+: /,
  parse(message) {
    const match = /\bIP6? (\S{3,260}) > (\S{3,260}): (.{0,2000})/.exec(message)
    const [from, to] = [dottedPort(match?.[1]), dottedPort(match?.[2])]
    if (!match || (!from.ip && !from.domain) || (!to.ip && !to.domain)) return undefined
    const question = /\b(?:A|AAAA|MX|TXT|NS|PTR|CNAME|SRV|HTTPS|ANY|SOA)\? (\S{1,255})/.exec(match[3] as string)?.[1]
    return {
      fields: fieldsOf({
        ...side("source", from),
        ...side("destination", to),
        "network.transport": /^Flags/.test(match[3] as string) ? "tcp" : /^UDP/.test(match[3] as string) ? "udp" : undefined,
        "dns.question.name": question,
      }),
      exchange: question === undefined ? undefined : "question",
    }
  },
}

function dottedPort(text: string | undefined): ReturnType<typeof endpoint> {
  const match =
    /^(\d{1,3}(?:\.\d{1,3}){3})\.(\d{1,5}|[a-z][\w-]*)$/.exec(text ?? "") ?? /^([\da-fA-F:]{2,45})\.(\d{1,5}|[a-z][\w-]*)$/.exec(text ?? "")
  if (!match) return endpoint(text)
  const port = integer(match[2])
  return isAddress(match[1] as string) ? { ip: match[1] as string, ...(port !== undefined && { port }) } : endpoint(text)
}

/** conntrack events and /proc/net/nf_conntrack: the first half is the original direction. */
const conntrack: MessageShape = {
  name: "conntrack",
  title: "conntrack",
  hint: /\bsrc=\S+ dst=\S+ (?:sport=|type=).{0,300}\bsrc=\S+ dst=/,
  parse(message) {
    const match = /\bsrc=(\S+) dst=(\S+)(?: sport=(\d+) dport=(\d+))?/.exec(message)
    if (!match || !isAddress(match[1] as string)) return undefined
    return {
      fields: fieldsOf({
        "source.ip": match[1],
        "destination.ip": match[2],
        "source.port": integer(match[3]),
        "destination.port": integer(match[4]),
        "network.transport": /\b(tcp|udp|icmp)\b/.exec(message)?.[1],
      }),
      outcome: /\[UNREPLIED\]/.test(message) ? "failure" : undefined,
    }
  },
}

/** Honeypots: cowrie, endlessh, sshesame. */
const honeypot: MessageShape = {
  name: "honeypot",
  title: "cowrie, endlessh, sshesame",
  hint: /\bcowrie\b|\b(?:ACCEPT|CLOSE) host=\S+ port=\d|^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[[\da-fA-F.:[\]]+:\d{1,5}\] /,
  parse(message) {
    const opened = /New connection: (\S+?):(\d+) \((\S+?):(\d+)\)/.exec(message)
    if (opened && isAddress(opened[1] as string))
      return honeypotDraft(
        message,
        { ip: opened[1] as string, port: Number(opened[2]) },
        { ip: opened[3] as string, port: Number(opened[4]) },
      )
    const named = /\b(?:ACCEPT|CLOSE) host=(?:::ffff:)?(\S+) port=(\d+)/.exec(message)
    if (named && isAddress(named[1] as string)) return honeypotDraft(message, { ip: named[1] as string, port: Number(named[2]) }, {})
    const bracket =
      /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[([\da-fA-F.:[\]]+:\d{1,5})\] /.exec(message) ?? /\[\w+,\d+,([\da-fA-F.:]{3,45})\]/.exec(message)
    const from = endpoint(bracket?.[1])
    return from.ip ? honeypotDraft(message, from, {}) : undefined
  },
}

function honeypotDraft(message: string, from: ReturnType<typeof endpoint>, to: ReturnType<typeof endpoint>): Draft {
  const login = /\blogin attempt \[(?:b')?([^'/\]]{0,128})/.exec(message)?.[1] ?? /\buser "?([^"\s]{1,128})"?/.exec(message)?.[1]
  const stamp = /\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d{4})/.exec(message)?.[0]
  return {
    fields: fieldsOf({ ...side("source", from), ...side("destination", to), "user.name": login }),
    time: stamp === undefined ? undefined : stampOf(stamp),
    action: "unknown",
    outcome: /\bfailed\b|rejected/.test(message) ? "failure" : /\bsucceeded\b|accepted/.test(message) ? "success" : "unknown",
    exchange: "service",
  }
}

/** `DATE TIME DURATION PROTOCOL A:P -> B:Q PACKETS BYTES FLOWS`. */
const nfdump: MessageShape = {
  name: "nfdump",
  title: "nfdump text",
  hint: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} .{1,120}?\S+ +<?-> /,
  parse(message) {
    const match = /\s([A-Z0-9-]{2,10}) +(\S{3,60}) +<?-> +(\S{3,60})(?:\s|$)/.exec(message.slice(0, 400))
    const [from, to] = [flowEnd(match?.[2]), flowEnd(match?.[3])]
    if (!match || !from.ip || !to.ip) return undefined
    return {
      fields: fieldsOf({ ...side("source", from), ...side("destination", to), "network.transport": match[1] }),
      time: readStamp(message)?.stamp,
    }
  },
}

/** `A:P`; of IPv6, `A.P`; of ICMP, `A:TYPE.CODE`. */
function flowEnd(text: string | undefined): ReturnType<typeof endpoint> {
  const six = /^([\da-fA-F]*:[\da-fA-F:]*)\.(\d{1,5})$/.exec(text ?? "")
  if (six) return { ip: six[1] as string, port: Number(six[2]) }
  return endpoint(text?.replace(/:\d+\.\d+$/, ""))
}

export const sensorShapes: readonly MessageShape[] = [fastLog, tcpdump, conntrack, honeypot, nfdump]
