// The records of a capture as JSON lines with ECS names: `source` is who began, `destination` who answered.
import { quote, textOf } from "../json-text.js"
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
  const micros = Math.floor(nanos / 1000)
  return `${secondText}${thousandths[Math.floor(micros / 1000)]}${thousandths[micros % 1000]}${thousandths[nanos - micros * 1000]}Z`
}

const thousandths: readonly string[] = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, "0"))

export function flow(flow: Flow): string {
  const client = initiator(flow)
  const server: Side = client === 0 ? 1 : 0
  const first = instant(flow.firstSeconds, flow.firstNanos)
  const state = connectionState(flow, client)
  const outcome = state === undefined ? "" : `,"outcome":"${state.outcome}"`
  const fragments = flow.fragments > 0 ? `,"fragments":${flow.fragments}` : ""
  return (
    `{"@timestamp":"${first}","event":{"action":"flow","start":"${first}","end":"${instant(flow.lastSeconds, flow.lastNanos)}"${outcome}}` +
    `,"source":${endText(flow, client)},"destination":${endText(flow, server)}` +
    `,"network":{${networkMembers(flow)},"bytes":${flow.bytes[0] + flow.bytes[1]},"packets":${flow.packets[0] + flow.packets[1]}${fragments}}` +
    (state === undefined
      ? ""
      : `,"tcp":{"state":"${state.name}","flags":{"source":"${flagText(flow.flags[client])}","destination":"${flagText(flow.flags[server])}"}}`) +
    (flow.icmp < 0 ? "" : icmpMember(flow)) +
    `${payloadMember(flow, client)}}`
  )
}

export function dns(flow: Flow, side: Side, message: DnsMessage, time: Time): string {
  const { id, response, code, questions, answers, cut } = message
  const [question] = questions
  // The asker is the source, also of the answer.
  const client: Side = response ? (side === 0 ? 1 : 0) : side
  let text = `"dns":{"type":"${response ? "answer" : "query"}","id":${id}`
  if (response) text += `,"response_code":"${responseCodes[code] ?? code}"`
  if (question) text += `,"question":{"name":${quote(question.name)},"type":"${question.type}"}`
  if (questions.length > 1)
    text += `,"questions":[${questions
      .slice(1)
      .map(({ name }) => quote(name))
      .join(",")}]`
  for (const [index, answer] of answers.entries())
    text += `${index === 0 ? ',"answers":[' : ","}{"name":${quote(answer.name)},"type":"${answer.type}","data":${quote(answer.data)}}`
  if (answers.length > 0) text += "]"
  return line(flow, client, time, response ? "dns-answer" : "dns-question", `${text}${cut ? ',"truncated":true' : ""}}`)
}

export function http(flow: Flow, client: Side, { time, method, target, headers, status, responseHeaders }: HttpExchange): string {
  const host = headerValue(headers, "host")
  const isTunnel = method === "CONNECT"
  const full = isTunnel || host === undefined || /^[a-z][a-z0-9+.-]*:\/\//i.test(target) ? undefined : `http://${host}${target}`
  const agent = headerValue(headers, "user-agent")
  const referrer = headerValue(headers, "referer")
  let text = `"url":{"original":${quote(target)}`
  if (full !== undefined) text += `,"full":${quote(full)}`
  if (host !== undefined) text += `,"host":${quote(host)}`
  text += `},"http":{"request":{"method":${quote(method)}`
  if (referrer !== undefined) text += `,"referrer":${quote(referrer)}`
  text += `,"headers":${headerObject(headers)}}`
  if (status !== undefined || responseHeaders) {
    text += `,"response":{${status === undefined ? "" : `"status_code":${status}`}`
    if (responseHeaders) text += `${status === undefined ? "" : ","}"headers":${headerObject(responseHeaders)}`
    text += "}"
  }
  text += "}"
  if (agent !== undefined) text += `,"user_agent":{"original":${quote(agent)}}`
  return line(flow, client, time, "http", text)
}

export function tls(flow: Flow, client: Side, { time, client: hello, server }: TlsFacts): string {
  return line(flow, client, time, "tls", membersOf({ tls: { ...(hello && { client: hello }), ...(server && { server }) } }))
}

export function smtp(flow: Flow, client: Side, { time, hello, banner, from, to, head, status }: SmtpMessage): string {
  const headers = unfolded(head)
  const value = (name: string): string | undefined => headers.find(([each]) => each.toLowerCase() === name)?.[1]
  const subject = value("subject")
  const id = value("message-id")
  const rest = {
    smtp: { ...(hello !== undefined && { hello }), ...(banner !== undefined && { banner }), ...(status !== undefined && { status }) },
    email: {
      ...(from !== undefined && { from: { address: from } }),
      to: { address: to },
      ...(subject !== undefined && { subject }),
      ...(id !== undefined && { message_id: id }),
      headers: grouped(headers),
    },
  }
  return line(flow, client, time, "smtp", membersOf(rest))
}

export function ftp(flow: Flow, client: Side, { time, command, argument, user }: FtpCommand): string {
  return line(flow, client, time, "ftp", membersOf({ ftp: { command, argument }, ...(user !== undefined && { user: { name: user } }) }))
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

function networkMembers({ version, protocol, vlan, application }: Flow): string {
  const type =
    version === 4 ? "ipv4" : version === 6 ? "ipv6" : protocol === arpType ? "arp" : `0x${protocol.toString(16).padStart(4, "0")}`
  const transport = version === 0 ? "" : `,"transport":"${transports[protocol] ?? `ip-${protocol}`}","iana_number":"${protocol}"`
  return `"type":"${type}"${transport}${application === "" ? "" : `,"protocol":"${application}"`}${vlan < 0 ? "" : `,"vlan":{"id":"${vlan}"}`}`
}

/** One record within a flow; `rest` are its own members. Both ends are the same for all of them, and written once. */
function line(flow: Flow, client: Side, { seconds, nanos }: Time, action: string, rest: string): string {
  if (flow.endsOf !== client || flow.endsWith !== flow.application) {
    const server: Side = client === 0 ? 1 : 0
    flow.endsOf = client
    flow.endsWith = flow.application
    flow.endsText = `"source":{${addressMembers(flow, client)}},"destination":{${addressMembers(flow, server)}},"network":{${networkMembers(flow)}}`
  }
  return `{"@timestamp":"${instant(seconds, nanos)}","event":{"action":"${action}"},${flow.endsText},${rest}}`
}

function membersOf(value: Plain): string {
  return JSON.stringify(value).slice(1, -1)
}

/** `"ip":…,"port":…`, what there is of them. */
function addressMembers(flow: Flow, side: Side): string {
  const text = addressText(flow, side === 0 ? flow.from : flow.to)
  const hasPorts = flow.version !== 0 && (flow.protocol === 6 || flow.protocol === 17 || flow.protocol === 132)
  const ip = text === undefined ? "" : `"ip":"${text}"`
  return hasPorts ? `${ip},"port":${side === 0 ? flow.fromPort : flow.toPort}` : ip
}

function endText(flow: Flow, side: Side): string {
  const address = addressMembers(flow, side)
  const mac = flow.macs === "" ? "" : `"mac":"${macText(flow.macs, side === 0 ? 6 : 0)}",`
  return `{${address}${address === "" ? "" : ","}${mac}"packets":${flow.packets[side]},"bytes":${flow.bytes[side]}}`
}

function addressText({ version, protocol }: Flow, words: readonly number[]): string | undefined {
  if (version === 0 && protocol !== arpType) return undefined
  const [word = 0] = words
  if (version !== 6) return fourText(word)
  const bytes = Buffer.alloc(16)
  for (const [index, each] of words.entries()) bytes.writeUInt32BE(each, index * 4)
  return sixAddress(bytes, 0)
}

const fourTexts = new Map<number, string>()
const fourTextsMax = 65_536

function fourText(word: number): string {
  const known = fourTexts.get(word)
  if (known !== undefined) return known
  const text = `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`
  if (fourTexts.size >= fourTextsMax) fourTexts.clear()
  fourTexts.set(word, text)
  return text
}

const hexOf: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

const macTexts = new Map<string, string>()
const macTextsMax = 4096

/** The destination stands first. */
function macText(macs: string, at: number): string {
  const key = at === 0 ? macs : `s${macs}`
  const known = macTexts.get(key)
  if (known !== undefined) return known
  let text = ""
  for (let index = at; index < at + 6 && index < macs.length; index++) text += `${index === at ? "" : ":"}${hexOf[macs.charCodeAt(index)]}`
  if (macTexts.size < macTextsMax) macTexts.set(key, text)
  return text
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

const flagTexts: readonly string[] = Array.from({ length: 256 }, (_, flags) =>
  [..."FSRPAUEC"].filter((_letter, index) => (flags >> index) & 1).join(""),
)

function flagText(flags: number): string {
  return flagTexts[flags & 255] as string
}

function icmpMember({ icmp, quoted }: Flow): string {
  const list = quoted === undefined ? "" : `,"quoted":${JSON.stringify([...quoted.values()])}`
  return `,"icmp":{"type":${icmp >> 8},"code":${icmp & 255}${list}}`
}

function payloadMember({ sample, application }: Flow, client: Side): string {
  if (application !== "") return ""
  const [asked, answered] = [sample[client].trim(), sample[client === 0 ? 1 : 0].trim()]
  if (asked === "" && answered === "") return ""
  return `,${membersOf({ payload: { ...(asked !== "" && { source: asked }), ...(answered !== "" && { destination: answered }) } })}`
}

type Headers = readonly (readonly [name: string, value: string])[]

function headerValue(headers: Headers, wanted: string): string | undefined {
  for (const [name, value] of headers) if (name === wanted) return value
  return undefined
}

/** Headers that have no place of their own; a name that comes more than once has all its values. */
function headerObject(headers: Headers): string {
  let text = ""
  for (let index = 0; index < headers.length; index++) {
    const [name, value] = headers[index] as Headers[number]
    if (name === "host" || name === "user-agent" || name === "referer") continue
    for (let other = 0; other < headers.length; other++) {
      if (other !== index && (headers[other] as Headers[number])[0] === name) return JSON.stringify(others(headers))
    }
    text += `${text === "" ? "" : ","}${quote(name)}:${quote(shown(value))}`
  }
  return `{${text}}`
}

function others(headers: Headers): Plain {
  return grouped(headers.filter(([name]) => name !== "host" && name !== "user-agent" && name !== "referer"))
}

const headerCharsMax = 4096

function grouped(headers: Headers): Plain {
  const found: Record<string, string | string[]> = Object.create(null)
  for (const [name, raw] of headers) {
    const key = name.toLowerCase()
    const value = shown(raw)
    const known = found[key]
    if (known === undefined) found[key] = value
    else if (typeof known === "string") found[key] = [known, value]
    else known.push(value)
  }
  return found
}

/** Read as Latin-1 from the wire; UTF-8 where it is. */
function shown(raw: string): string {
  const value = raw.length > headerCharsMax ? raw.slice(0, headerCharsMax) : raw
  return /[\u0080-\u00ff]/.test(value) ? textOf(Buffer.from(value, "latin1")) : value
}

function unfolded(lines: readonly string[]): Headers {
  const headers: [string, string][] = []
  for (const line of lines) {
    const last = headers.at(-1)
    const colon = line.indexOf(":")
    if (/^[ \t]/.test(line) && last) last[1] += ` ${line.trim()}`
    else if (colon > 0) headers.push([line.slice(0, colon), line.slice(colon + 1).trim()])
  }
  return headers
}
