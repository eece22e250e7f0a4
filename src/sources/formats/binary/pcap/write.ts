// The records of a capture as JSON lines with ECS names: `source` is who began, `destination` who answered.
import { escaped, quote } from "../json-text.js"
import type { FtpCommand, SmtpMessage } from "./dialogue.js"
import type { DnsMessage } from "./dns-message.js"
import { sixAddress } from "./dns-message.js"
import { type End, type Flow, initiator, tcpFlags } from "./flow.js"
import { grouped, type Headers } from "./headers.js"
import type { HttpExchange, HttpRequest } from "./http.js"
import type { Side } from "./side.js"
import type { Time } from "./stream.js"
import type { TlsFacts } from "./tls.js"

type Plain = Readonly<Record<string, unknown>>

/** The last seconds that were written, by their lowest bits: those of open conversations alternate. */
const secondsKept = 16
const secondsKnown: number[] = new Array(secondsKept).fill(Number.NaN)
const secondTexts: string[] = new Array(secondsKept).fill("")

function secondText(seconds: number): string {
  const slot = seconds & (secondsKept - 1)
  if (secondsKnown[slot] !== seconds) {
    const millis = seconds * 1000
    secondsKnown[slot] = seconds
    secondTexts[slot] = Math.abs(millis) <= 8.64e15 ? new Date(millis).toISOString().slice(0, -4) : "1970-01-01T00:00:00."
  }
  return secondTexts[slot] as string
}

/** RFC 3339 to nanoseconds. */
export function instant(seconds: number, nanos: number): string {
  const micros = Math.floor(nanos / 1000)
  const millis = Math.floor(micros / 1000)
  return `${secondText(seconds)}${thousandths[millis]}${thousandths[micros - millis * 1000]}${thousandths[nanos - micros * 1000]}Z`
}

const thousandths: readonly string[] = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, "0"))

export function flow(flow: Flow): string {
  const client = initiator(flow)
  const server: Side = client === 0 ? 1 : 0
  const first = flow.ends[0]
  const second = flow.ends[1]
  const start = instant(flow.firstSeconds, flow.firstNanos)
  const state = connectionState(flow, client)
  const outcome = state === undefined ? "" : `,"outcome":"${state.outcome}"`
  const fragments = flow.fragments > 0 ? `,"fragments":${flow.fragments}` : ""
  return (
    `{"@timestamp":"${start}","event":{"action":"flow","start":"${start}","end":"${instant(flow.lastSeconds, flow.lastNanos)}"${outcome}}` +
    `,"source":${endText(flow, client)},"destination":${endText(flow, server)}` +
    `,"network":{${networkMembers(flow)},"bytes":${first.bytes + second.bytes},"packets":${first.packets + second.packets}${fragments}}` +
    (state === undefined
      ? ""
      : `,"tcp":{"state":"${state.name}","flags":{"source":"${flagText(flow.ends[client].flags)}","destination":"${flagText(flow.ends[server].flags)}"}}`) +
    (flow.icmp < 0 ? "" : icmpMember(flow)) +
    `${payloadMember(flow, client)}}`
  )
}

/** Questions and records of one message in one record; a longer message has several. */
export const dnsPart = 512

/** `from`: index of the first question and record. */
export function dns(flow: Flow, side: Side, message: DnsMessage, time: Time, from: number): string {
  const { id, response, code, questions, answers, subnets, cut } = message
  const [question] = questions
  // The asker is the source, also of the answer.
  const client: Side = response ? (side === 0 ? 1 : 0) : side
  let text = `"dns":{"type":"${response ? "answer" : "query"}","id":${id}`
  if (response) text += `,"response_code":"${responseCodes[code] ?? code}"`
  if (question) text += `,"question":{"name":${quote(question.name)},"type":"${question.type}"}`
  if (from === 0 && subnets.length > 0) text += `,"client_subnets":[${subnets.map(quote).join(",")}]`
  const more = questions.length > 1 ? questions.slice(Math.max(1, from), from + dnsPart) : []
  if (more.length > 0) text += `,"questions":[${more.map(({ name }) => quote(name)).join(",")}]`
  const stop = Math.min(answers.length, from + dnsPart)
  for (let index = from; index < stop; index++) {
    const { name, type, data } = answers[index] as DnsMessage["answers"][number]
    text += `${index === from ? ',"answers":[' : ","}{"name":${quote(name)},"type":"${type}","data":${quote(data)}}`
  }
  if (stop > from) text += "]"
  return line(flow, client, time, response ? "dns-answer" : "dns-question", `${text}${cut ? ',"truncated":true' : ""}}`)
}

export function http(flow: Flow, client: Side, { time, request, response, status }: HttpExchange): string {
  let text = request ? requestMembers(request) : `"http":{`
  if (response) {
    const code = status > 0 ? `"status_code":${status},` : ""
    text += `${request ? "," : ""}"response":{${code}"headers":{${response.members}}}`
  }
  text += "}"
  if (request?.head.agent !== undefined) text += `,"user_agent":{"original":"${request.head.agent}"}`
  return line(flow, client, time, "http", text)
}

/** Up to where the response may follow. */
function requestMembers({ method, target: raw, head: { host, referrer, members } }: HttpRequest): string {
  const target = escaped(raw)
  let text = `"url":{"original":"${target}"`
  if (host !== undefined) {
    const isAbsolute = raw.charCodeAt(0) !== slash && /^[a-z][a-z0-9+.-]*:\/\//i.test(raw)
    if (method !== "CONNECT" && !isAbsolute) text += `,"full":"http://${host}${target}"`
    text += `,"host":"${host}"`
  }
  // A method is made of capital letters.
  text += `},"http":{"request":{"method":"${method}"`
  if (referrer !== undefined) text += `,"referrer":"${referrer}"`
  return `${text},"headers":{${members}}}`
}

const slash = 0x2f

/** Whom the errors of a flow quote, where there are too many for its own record. */
export function icmp(flow: Flow, time: Time): string {
  return line(flow, initiator(flow), time, "icmp-error", icmpMember(flow).slice(1))
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
  const end = flow.ends[side]
  const text = addressText(flow, end)
  const hasPorts = flow.version !== 0 && (flow.protocol === 6 || flow.protocol === 17 || flow.protocol === 132)
  const ip = text === undefined ? "" : `"ip":"${text}"`
  return hasPorts ? `${ip},"port":${end.port}` : ip
}

function endText(flow: Flow, side: Side): string {
  const address = addressMembers(flow, side)
  const mac = flow.macs === "" ? "" : `"mac":"${macTextsOf(flow.macs)[side === 0 ? 1 : 0]}",`
  return `{${address}${address === "" ? "" : ","}${mac}"packets":${flow.ends[side].packets},"bytes":${flow.ends[side].bytes}}`
}

function addressText({ version, protocol }: Flow, { word, word1, word2, word3 }: End): string | undefined {
  if (version === 0 && protocol !== arpType) return undefined
  if (version !== 6) return fourText(word)
  const bytes = Buffer.alloc(16)
  for (const [index, each] of [word, word1, word2, word3].entries()) bytes.writeInt32BE(each, index * 4)
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

const macTexts = new Map<string, readonly [destination: string, source: string]>()
const macTextsMax = 4096

/** Of both ends: the destination stands first. */
function macTextsOf(macs: string): readonly [destination: string, source: string] {
  const known = macTexts.get(macs)
  if (known) return known
  const texts = [macText(macs, 0), macText(macs, 6)] as const
  if (macTexts.size < macTextsMax) macTexts.set(macs, texts)
  return texts
}

function macText(macs: string, at: number): string {
  let text = ""
  for (let index = at; index < at + 6 && index < macs.length; index++) text += `${index === at ? "" : ":"}${hexOf[macs.charCodeAt(index)]}`
  return text
}

/** As Zeek names it: what became of a connection, as far as its flags show. */
function connectionState(flow: Flow, client: Side): { readonly name: string; readonly outcome: string } | undefined {
  if (flow.version === 0 || flow.protocol !== 6) return undefined
  const end = flow.ends[client]
  const asked = end.flags
  const answered = flow.ends[client === 0 ? 1 : 0].flags
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
      name: end.packets > 1 && (asked & tcpFlags.psh) === 0 && end.bytes < 200 ? "RSTOS0" : "RSTO",
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

function payloadMember({ ends, application }: Flow, client: Side): string {
  if (application !== "") return ""
  const asked = ends[client].sample.trim()
  const answered = ends[client === 0 ? 1 : 0].sample.trim()
  if (asked === "" && answered === "") return ""
  return `,${membersOf({ payload: { ...(asked !== "" && { source: asked }), ...(answered !== "" && { destination: answered }) } })}`
}

function unfolded(lines: readonly string[]): Headers {
  const headers: [string, string][] = []
  for (const line of lines) {
    const last = headers.at(-1)
    const colon = line.indexOf(":")
    if (/^[ \t]/.test(line) && last) last[1] += ` ${line.trim()}`
    else if (colon > 0) headers.push([line.slice(0, colon), line.slice(colon + 1).trim()])
    // What is no header stands under an empty name.
    else if (line.trim() !== "") headers.push(["", line.trim()])
  }
  return headers
}
