// Text of no known shape: plain keys, `from … to …`, arrows, requests, logins. Says who is source only where the words do.
import type { Echo, FieldValue } from "../../model/log-record.js"
import { type Draft, fieldsOf, type Loose } from "./draft.js"
import { type Endpoint, endpoint, isAddress, isHostName, side } from "./endpoint.js"
import { readPairs } from "./pairs.js"
import { plainDraft } from "./plain-keys.js"
import { hostFields, requestLine } from "./request.js"
import type { MessageHead } from "./shapes/shape.js"
import { actionInText, outcomeOf, statusOutcome } from "./verdict.js"

const charsMax = 16_384

/** What an unknown line says, as far as it says it. */
export function sentenceDraft(message: string, head: MessageHead): Draft {
  const text = message.length > charsMax ? message.slice(0, charsMax) : message
  const pairs = readPairs(text)
  const keyed = plainDraft(pairs)
  const fields: Record<string, FieldValue> = { ...keyed.fields }
  const put = (more: Loose): void => {
    for (const [name, value] of Object.entries(fieldsOf(more))) fields[name] ??= value
  }
  // The parameters of a URL are content and say nothing about the sides.
  const said = text.replace(query, "?")
  if (fields["source.ip"] === undefined || fields["destination.ip"] === undefined) putSides(said, fields, put)
  const asked = fields["http.request.method"] === undefined ? requestIn(text) : undefined
  if (asked) put(asked.fields)
  const login = loginOutcome(text)
  if (login !== "unknown" || asked) putOnlyAddress(said, fields, put)
  if (login !== "unknown") put({ "user.name": userIn(text) })
  const action = keyed.action && keyed.action !== "unknown" ? keyed.action : actionInText(sayingPart(text, pairs.length > 0))
  const outcome = keyed.outcome ?? (login !== "unknown" ? login : undefined)
  if (head.program !== undefined) put({ "process.name": head.program })
  return {
    ...keyed,
    fields,
    action: asked?.proxied && action === "unknown" ? "allowed" : action,
    outcome: outcome ?? (asked ? statusOutcome(fields["http.response.status_code"] as number | undefined) : undefined),
    exchange: asked?.proxied ? "proxy" : (login !== "unknown" || asked) && fields["destination.ip"] === undefined ? "service" : undefined,
  }
}

const query = /\?[\w.%~-]+=[^\s"']*/g

/** Configuration lines that hold addresses as objects rather than as traffic (semantics 10.4). */
const config =
  /^\s*(?:access-list \S+ (?:line \d+ )?(?:extended|standard|permit|deny|remark)|(?:no )?(?:\d+ )?(?:permit|deny) (?:ip|tcp|udp|icmp|esp|ahp|object|host|any|\d)\b|object(?:-group)? (?:network|service|host)|network-object |host \d{1,3}(?:\.\d{1,3}){3}\s*$|subnet \d|ip (?:prefix-list|access-list|route|sla|nat) |set (?:address|security|firewall|policy-options|groups|subnet|start-ip|end-ip|srcaddr|dstaddr|destination|source|ip) |edit "[^"]*\d|add \S+ (?:\d|[0-9a-f:]+:)|create \S+ hash:|-[AI] [A-Za-z_-]+ .*-[jsd] |iptables -|ip6tables -|ipset |nft add |ufw (?:deny|allow|reject|insert)|(?:block|pass)(?: (?:in|out|drop|return|quick|log))* (?:on \S+ )?(?:inet6? )?(?:proto \S+ )?from |table <\S+>|add (?:address|src-address|dst-address|chain|list)=|\/ip firewall|deny (?:from )?\d|allow (?:from )?\d|require (?:not )?ip |address-object |<(?:ip-netmask|fqdn|ip-range)>)/i

/** Whether a line is part of a configuration. A line with a stamp is an event, whatever it quotes. */
export function echoOf(line: string): Echo | undefined {
  return config.test(line.length > 1000 ? line.slice(0, 1000) : line) ? "config" : undefined
}

const address = String.raw`(?:\[[\da-fA-F:.%]{2,60}\]|::ffff:\d{1,3}(?:\.\d{1,3}){3}|\d{1,3}(?:\.\d{1,3}){3}|[\da-fA-F]{0,4}:[\da-fA-F:.]{1,44})`
/** After a slash a small number is a prefix length (semantics 4.2). */
const port = String.raw`(?:(?::|#|\/(?!(?:[0-2]?\d|3[0-2])\b)|\s?\(|\[|,? port )(\d{1,5})\b[)\]]?)?`
const quote = String.raw`["'\x60(<[{]{0,2}`

const arrow = new RegExp(
  String.raw`(?<![\w.])(${address})${port}(?:\([^()\s]{1,64}\))?\s?(?:-+>|→|=>|>)\s?(?:[A-Za-z][\w.-]{0,32}[:/])?(${address})${port}(?![\w])`,
)
const source = new RegExp(
  String.raw`(?:\b(?:from(?: (?:the )?(?:private |public |remote |client |source |host |user |unknown |local |peer |address ?)?(?:ip(?:v[46])?)?(?: ?address)?)?|source|src|client(?: ?ip)?|remote(?: (?:ip|host|address))?|peer|rhost|by ip|ip(?:-?address)?|user ip|attacker|host|depuis|received packet: from|banning|banned|ban|unban|found|blocking|offender)\s?(?::(?!:)|=)?\s{0,2}${quote})(?:[A-Za-z][\w.-]{0,253}\s?[[(/@:]\s?)?(${address})${port}(?:/32|/128)?(?![\w/-])`,
  "i",
)
const destination = new RegExp(
  String.raw`(?:\b(?:to|destination|dst|server|towards|upstream|connect(?:ing|ed)? to|via|→)\s?[:=]?\s?${quote})(?:[A-Za-z][\w.-]{0,253}[[(/@:]\s?)?(${address})${port}(?![\w.-]*[A-Za-z])`,
  "i",
)
const sourceName = /\bfrom ([A-Za-z0-9][\w-]*(?:\.[\w-]+)+)(?: port (\d{1,5}))?(?=[\s,;:)]|$)/

/** `(192.0.2.7 -> POST:https://…)`. */
const toRequest = new RegExp(String.raw`(?<![\w.])(${address})${port}\s?->\s?(?:[A-Z]{3,8}[: ])?(?:https?://|/)`)

function putSides(text: string, fields: Readonly<Record<string, FieldValue>>, put: (more: Loose) => void): void {
  const arrows = /[>→]/.test(text)
  const both = arrows ? arrow.exec(text) : null
  if (
    both &&
    isAddress(both[1] as string) &&
    isAddress(both[3] as string) &&
    fields["source.ip"] === undefined &&
    fields["destination.ip"] === undefined
  ) {
    put(side("source", ended(both[1], both[2])))
    put(side("destination", ended(both[3], both[4])))
    return
  }
  const from = (arrows ? toRequest.exec(text) : null) ?? source.exec(text)
  if (from && fields["source.ip"] === undefined && isAddress(unbracket(from[1] as string))) put(side("source", ended(from[1], from[2])))
  const name = from || fields["source.ip"] !== undefined ? null : sourceName.exec(text)
  if (name && isHostName(name[1] as string)) put(side("source", { domain: name[1] as string, ...(name[2] && { port: Number(name[2]) }) }))
  const to = from || name || fields["source.ip"] !== undefined ? destination.exec(text) : null
  if (to && fields["destination.ip"] === undefined && to[1] !== from?.[1] && isAddress(unbracket(to[1] as string)))
    put(side("destination", ended(to[1], to[2])))
}

function ended(text: string | undefined, portText: string | undefined): Endpoint {
  const ip = unbracket(text ?? "")
  return portText === undefined ? { ip } : { ip, port: Number(portText) }
}

function unbracket(text: string): string {
  return text.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "")
}

const requestPattern =
  /(?:^|["'\s(])((?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|PROPFIND|REPORT|TRACE|SEARCH|MKCOL|MOVE|COPY)\s+(?:[a-z][a-z0-9+.-]*:\/\/|\/|[\w.-]+:\d)[^\s"]{0,16384}(?:\s+HTTP\/[\d.]+)?)(?=["'\s)]|$)/

interface Asked {
  readonly fields: Loose
  readonly proxied: boolean
}

/** A request line or a URL somewhere in the text. */
function requestIn(text: string): Asked | undefined {
  const found = requestPattern.exec(text)
  if (!found) return undefined
  const after = text.slice(found.index + found[0].length)
  const status = /^["']?\s+(?:HTTP\/[\d.]+"?\s+)?(?:status[:=]?\s?)?([1-5]\d\d)\b/.exec(after)?.[1]
  const line = requestLine((found[1] as string).trim())
  if (!line) return undefined
  const host = /\bhost: "([^"]{1,253})"/.exec(after)?.[1]
  const more = line.proxied ? {} : hostFields(host)
  return {
    fields: { ...line.fields, ...more, "http.response.status_code": status === undefined ? undefined : Number(status) },
    proxied: line.proxied,
  }
}

const loginWords =
  /\b(?:log(?:ged)?[ -]?(?:in|on)|login|sign(?:ed)?[ -]?in|auth(?:entication|enticate|orization)?|password|credentials?|passphrase|unauthori[sz]ed|publickey|user(?:name)?|account|connexion|mot de passe)\b/i

function loginOutcome(text: string): ReturnType<typeof outcomeOf> {
  return loginWords.test(text) ? outcomeOf(text) : "unknown"
}

/** In a login or a request the one address that stands there is who asked. */
function putOnlyAddress(text: string, fields: Readonly<Record<string, FieldValue>>, put: (more: Loose) => void): void {
  if (fields["source.ip"] !== undefined || fields["source.domain"] !== undefined) return
  const found = new Set<string>()
  for (const match of text.slice(0, 4096).matchAll(new RegExp(String.raw`(?<![\w.:/@-])(${address})(?![\w-]|\.\w)`, "g"))) {
    const bare = unbracket((match[1] as string).replace(/:+$/, ""))
    const ip = endpoint(bare).ip
    if (ip !== undefined) found.add(ip)
    if (found.size > 8) break
  }
  const first = [...found].find((each) => each !== fields["destination.ip"])
  if (first !== undefined) put({ "source.ip": first })
}

const userPatterns = [
  /\bfor (?:(?:invalid|illegal|unknown) )?(?:user |username |account )?["'\x60[]?([\w.@\\$+-]{1,128})/i,
  /\b(?:user(?:name)?|utilisateur)[ :=]+["'\x60[]?([\w.@\\$+-]{1,128})/i,
  /\b(?:login|account|compte)\s?[:=]\s*["'\x60[]?([\w.@\\$+-]{1,128})/i,
]
const noNames = new Set([
  "for",
  "from",
  "has",
  "is",
  "was",
  "not",
  "failed",
  "refused",
  "name",
  "with",
  "and",
  "the",
  "to",
  "in",
  "by",
  "on",
  "user",
  "login",
  "authentication",
  "a",
  "an",
  "logged",
  "or",
  "at",
  "id",
  "attempt",
  "invalid",
  "unknown",
])

function userIn(text: string): string | undefined {
  for (const pattern of userPatterns) {
    const name = pattern.exec(text.slice(0, 2000))?.[1]?.replace(/[.]+$/, "")
    if (name && !noNames.has(name.toLowerCase())) return name
  }
  return undefined
}

/** Words for the verdict, without URLs and paths, whose names say nothing. */
function sayingPart(text: string, keyed: boolean): string {
  const words = text.slice(0, 600).split(" ")
  const plain = words.filter((word) => !word.includes("/") && !word.includes("\\")).join(" ")
  return keyed ? plain.replace(/[\w.-]+=(?:"[^"]*"|\S*)/g, " ") : plain
}
