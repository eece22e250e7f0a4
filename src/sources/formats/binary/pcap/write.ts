// The records of a capture as JSON lines with ECS names: `source` is who began, `destination` who answered.
import { textOf } from "../json-text.js"
import type { FtpCommand, SmtpMessage } from "./dialogue.js"
import type { DnsMessage } from "./dns-message.js"
import { sixAddress } from "./dns-message.js"
import { type Flow, initiator, tcpFlags } from "./flow.js"
import type { HttpExchange } from "./http.js"
import type { Side } from "./side.js"
import type { Time } from "./stream.js"
import type { TlsFacts } from "./tls.js"

type Plain = Readonly<Record<string, unknown>>

let secondKnown = Number.NaN
let secondText = ""

/** RFC 3339 to nanoseconds. */
export function instant(seconds: number, nanos: number): string {
  if (seconds !== secondKnown) {
    secondKnown = seconds
    const millis = seconds * 1000
    secondText = Math.abs(millis) <= 8.64e15 ? new Date(millis).toISOString().slice(0, -4) : "1970-01-01T00:00:00."
  }
  // The leading 1 keeps the zeros, and is cut off again.
  return `${secondText}${String(nanos + 1_000_000_000).slice(1)}Z`
}

export function flow(flow: Flow): string {
  const client = initiator(flow)
  const server: Side = client === 0 ? 1 : 0
  const first = instant(flow.firstSeconds, flow.firstNanos)
  const state = connectionState(flow, client)
  return JSON.stringify({
    "@timestamp": first,
    event: { action: "flow", start: first, end: instant(flow.lastSeconds, flow.lastNanos), ...(state && { outcome: state.outcome }) },
    source: end(flow, client),
    destination: end(flow, server),
    network: {
      ...network(flow),
      bytes: flow.bytes[0] + flow.bytes[1],
      packets: flow.packets[0] + flow.packets[1],
      ...(flow.fragments > 0 && { fragments: flow.fragments }),
    },
    ...(state && {
      tcp: { state: state.name, flags: { source: flagText(flow.flags[client]), destination: flagText(flow.flags[server]) } },
    }),
    ...(flow.icmp >= 0 && {
      icmp: { type: flow.icmp >> 8, code: flow.icmp & 255, ...(flow.quoted.size > 0 && { quoted: [...flow.quoted.values()] }) },
    }),
    ...payload(flow, client),
  })
}

export function dns(flow: Flow, side: Side, message: DnsMessage, time: Time): string {
  const [question] = message.questions
  // The asker is the source, also of the answer.
  const client: Side = message.response ? (side === 0 ? 1 : 0) : side
  return line(flow, client, time, message.response ? "dns-answer" : "dns-question", {
    dns: {
      type: message.response ? "answer" : "query",
      id: message.id,
      ...(message.response && { response_code: responseCodes[message.code] ?? String(message.code) }),
      ...(question && { question: { name: question.name, type: question.type } }),
      ...(message.questions.length > 1 && { questions: message.questions.slice(1).map(({ name }) => name) }),
      ...(message.answers.length > 0 && { answers: message.answers }),
      ...(message.cut && { truncated: true }),
    },
  })
}

export function http(flow: Flow, client: Side, { time, method, target, headers, status, responseHeaders }: HttpExchange): string {
  const value = (name: string): string | undefined => headers.find(([each]) => each === name)?.[1]
  const host = value("host")
  const isTunnel = method === "CONNECT"
  const full = isTunnel || /^[a-z][a-z0-9+.-]*:\/\//i.test(target) || host === undefined ? undefined : `http://${host}${target}`
  const agent = value("user-agent")
  const referrer = value("referer")
  return line(flow, client, time, "http", {
    url: { original: target, ...(full !== undefined && { full }), ...(host !== undefined && { host }) },
    http: {
      request: { method, ...(referrer !== undefined && { referrer }), headers: others(headers) },
      ...((status !== undefined || responseHeaders) && {
        response: { ...(status !== undefined && { status_code: status }), ...(responseHeaders && { headers: others(responseHeaders) }) },
      }),
    },
    ...(agent !== undefined && { user_agent: { original: agent } }),
  })
}

export function tls(flow: Flow, client: Side, { time, client: hello, server }: TlsFacts): string {
  return line(flow, client, time, "tls", {
    tls: { ...(hello && { client: hello }), ...(server && { server }) },
  })
}

export function smtp(flow: Flow, client: Side, { time, hello, banner, from, to, head, status }: SmtpMessage): string {
  const headers = unfolded(head)
  const value = (name: string): string | undefined => headers.find(([each]) => each.toLowerCase() === name)?.[1]
  const subject = value("subject")
  const id = value("message-id")
  return line(flow, client, time, "smtp", {
    smtp: { ...(hello !== undefined && { hello }), ...(banner !== undefined && { banner }), ...(status !== undefined && { status }) },
    email: {
      ...(from !== undefined && { from: { address: from } }),
      to: { address: to },
      ...(subject !== undefined && { subject }),
      ...(id !== undefined && { message_id: id }),
      headers: grouped(headers),
    },
  })
}

export function ftp(flow: Flow, client: Side, { time, command, argument, user }: FtpCommand): string {
  return line(flow, client, time, "ftp", {
    ftp: { command, argument },
    ...(user !== undefined && { user: { name: user } }),
  })
}

const responseCodes: readonly string[] = [
  "NOERROR",
  "FORMERR",
  "SERVFAIL",
  "NXDOMAIN",
  "NOTIMP",
  "REFUSED",
  "YXDOMAIN",
  "YXRRSET",
  "NXRRSET",
  "NOTAUTH",
  "NOTZONE",
]

const transports: Readonly<Record<number, string>> = {
  1: "icmp",
  6: "tcp",
  17: "udp",
  47: "gre",
  50: "esp",
  51: "ah",
  58: "ipv6-icmp",
  132: "sctp",
}

const arpType = 0x0806

function network({ version, protocol, vlan, application }: Flow): Plain {
  const type =
    version === 4 ? "ipv4" : version === 6 ? "ipv6" : protocol === arpType ? "arp" : `0x${protocol.toString(16).padStart(4, "0")}`
  return {
    type,
    ...(version !== 0 && { transport: transports[protocol] ?? `ip-${protocol}`, iana_number: String(protocol) }),
    ...(application !== "" && { protocol: application }),
    ...(vlan >= 0 && { vlan: { id: String(vlan) } }),
  }
}

/** One record within a flow. Both ends are the same for all of them, and written once. */
function line(flow: Flow, client: Side, { seconds, nanos }: Time, action: string, rest: Plain): string {
  const key = `${client}${flow.application}`
  if (flow.endsKey !== key) {
    const text = JSON.stringify({ source: address(flow, client), destination: address(flow, client === 0 ? 1 : 0), network: network(flow) })
    flow.endsKey = key
    flow.endsText = text.slice(1, -1)
  }
  return `{"@timestamp":"${instant(seconds, nanos)}","event":{"action":"${action}"},${flow.endsText},${JSON.stringify(rest).slice(1)}`
}

function address(flow: Flow, side: Side): Plain {
  const text = addressText(flow, side === 0 ? flow.from : flow.to)
  const hasPorts = flow.version !== 0 && (flow.protocol === 6 || flow.protocol === 17 || flow.protocol === 132)
  return { ...(text !== undefined && { ip: text }), ...(hasPorts && { port: side === 0 ? flow.fromPort : flow.toPort }) }
}

function end(flow: Flow, side: Side): Plain {
  return {
    ...address(flow, side),
    ...(flow.macs !== "" && { mac: macText(flow.macs, side === 0 ? 6 : 0) }),
    packets: flow.packets[side],
    bytes: flow.bytes[side],
  }
}

function addressText({ version, protocol }: Flow, words: readonly number[]): string | undefined {
  if (version === 0 && protocol !== arpType) return undefined
  const [word = 0] = words
  if (version !== 6) return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`
  const bytes = Buffer.alloc(16)
  for (const [index, each] of words.entries()) bytes.writeUInt32BE(each, index * 4)
  return sixAddress(bytes, 0)
}

function macText(macs: string, at: number): string {
  return Buffer.from(macs.slice(at, at + 6), "latin1")
    .toString("hex")
    .replace(/..(?=.)/g, "$&:")
}

/** As Zeek names it: what became of a connection, as far as its flags show. */
function connectionState(flow: Flow, client: Side): { readonly name: string; readonly outcome: string } | undefined {
  if (flow.version === 0 || flow.protocol !== 6) return undefined
  const [asked, answered] = [flow.flags[client], flow.flags[client === 0 ? 1 : 0]]
  const accepted = (answered & (tcpFlags.syn | tcpFlags.ack)) === (tcpFlags.syn | tcpFlags.ack)
  if ((asked & tcpFlags.syn) === 0) return { name: "OTH", outcome: "unknown" }
  if (!accepted)
    return answered & tcpFlags.rst
      ? { name: "REJ", outcome: "failure" }
      : answered === 0
        ? { name: "S0", outcome: "failure" }
        : { name: "OTH", outcome: "unknown" }
  if (answered & tcpFlags.rst) return { name: "RSTR", outcome: "success" }
  if (asked & tcpFlags.rst)
    return {
      name: flow.packets[client] > 1 && (asked & tcpFlags.psh) === 0 && flow.bytes[client] < 200 ? "RSTOS0" : "RSTO",
      outcome: "success",
    }
  return { name: asked & answered & tcpFlags.fin ? "SF" : "S1", outcome: "success" }
}

function flagText(flags: number): string {
  return [..."FSRPAUEC"].filter((_letter, index) => (flags >> index) & 1).join("")
}

function payload({ sample, application }: Flow, client: Side): Plain {
  const [asked, answered] = [sample[client].trim(), sample[client === 0 ? 1 : 0].trim()]
  if (application !== "" || (asked === "" && answered === "")) return {}
  return { payload: { ...(asked !== "" && { source: asked }), ...(answered !== "" && { destination: answered }) } }
}

/** Headers that have no place of their own. */
function others(headers: readonly (readonly [string, string])[]): Plain {
  return grouped(headers.filter(([name]) => name !== "host" && name !== "user-agent" && name !== "referer"))
}

const headerCharsMax = 4096

function grouped(headers: readonly (readonly [string, string])[]): Plain {
  const found: Record<string, string | string[]> = Object.create(null)
  for (const [name, raw] of headers) {
    const key = name.toLowerCase()
    const value = readable(raw.length > headerCharsMax ? raw.slice(0, headerCharsMax) : raw)
    const known = found[key]
    if (known === undefined) found[key] = value
    else if (typeof known === "string") found[key] = [known, value]
    else known.push(value)
  }
  return found
}

/** Read as Latin-1 from the wire; UTF-8 where it is. */
function readable(value: string): string {
  return /[\u0080-\u00ff]/.test(value) ? textOf(Buffer.from(value, "latin1")) : value
}

function unfolded(lines: readonly string[]): readonly (readonly [string, string])[] {
  const headers: [string, string][] = []
  for (const line of lines) {
    const last = headers.at(-1)
    const colon = line.indexOf(":")
    if (/^[ \t]/.test(line) && last) last[1] += ` ${line.trim()}`
    else if (colon > 0) headers.push([line.slice(0, colon), line.slice(colon + 1).trim()])
  }
  return headers
}
