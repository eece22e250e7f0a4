// What keys mean wherever they stand, in text and JSON (semantics 8.2 and its like): case, `_`, `-`, `.` are ignored.
import type { FieldValue } from "../../model/log-record.js"
import { stampOf } from "../time/stamp.js"
import type { Draft, Loose } from "./draft.js"
import { fieldsOf } from "./draft.js"
import { endpoint, isAddress, side } from "./endpoint.js"
import { looseUrl, requestLine } from "./request.js"
import { actionOf, outcomeOf, statusOutcome } from "./verdict.js"

/** ECS name: keys without `_`, `-`, `.`, in lower case. */
const table: Readonly<Record<string, string>> = {
  "source.ip":
    "src srcip srcaddr saddr source sourceip sourceaddress client clientip clientaddr clientaddress remoteaddr remoteaddress remoteip remotehost rip idorigh sourceipaddress ipaddress ipaddr ip rhost callerip callingip peerip sip srchost origip remip attackerip oip cip clientipaddress originatingip downstreamremoteaddress downstreamdirectremoteaddress httprequestclientip actoripaddress realip externalip requestorip hostip peeraddr ipsrc ip4src ip6src iporigin trueclientip remote peer visitorip",
  "destination.ip":
    "dst dstip dstaddr daddr dest destip destination destinationip destinationaddress serverip idresph lip localip targetip dip respip dstipaddr upstreamaddr upstreamhost ipdst backendip hostipaddress",
  "source.port": "srcport spt sport sourceport clientport remoteport idorigp srcpt origport rport",
  "destination.port": "dstport dpt dport destport destinationport idrespp serverport respport lport localport",
  "source.nat.ip": "natsrc natsrcip transip sourcetranslatedaddress srcxlated natsourceip xlatesrc",
  "destination.nat.ip": "natdst natdstip tranip destinationtranslatedaddress natdestinationip xlatedst",
  "source.mac": "srcmac smac",
  "user.name":
    "user username usr suser uname userid login acct account accountname srcuser duser targetusername subjectusername loginname principal userprincipalname upn principalname unauthuser identifier",
  "url.full": "url uri requesturl requesturi fullurl cslurl httpurl desturl tourl",
  "url.domain": "urldomain httphost csuhost reqhost requesthost vhost servername authority destinationdomain domainname fqdn",
  "url.path": "path urlpath uripath csuristem requestpath xenvoyoriginpath",
  "url.query": "query urlquery querystring csuriquery",
  "http.request.method": "method httpmethod requestmethod csmethod verb reqmethod",
  "http.request.referrer": "referrer referer httpreferer httpreferrer csreferer",
  "http.response.status_code":
    "statuscode httpstatus responsecode scstatus httpstatuscode respstatus httpcode originstatus downstreamstatus",
  "http.request.headers.x-forwarded-for": "xforwardedfor httpxforwardedfor forwardedfor xff httpxff xforwardedforip",
  "user_agent.original": "useragent httpuseragent csuseragent agent ua",
  "dns.question.name": "qname dnsquery rrname queryname dnsquestion dnsdomain qh queriedname dnsqueryname",
  "dns.answers.data": "answers answer rdata queryresults",
  "tls.client.server_name": "sni tlssni sslsni requestedservername tlsservername",
  "tls.client.ja3": "ja3 ja3hash",
  "tls.client.ja4": "ja4",
  "tls.server.ja3s": "ja3s ja3shash",
  "email.from.address": "from mailfrom sender envelopefrom senderaddress fromaddress returnpath",
  "email.to.address": "to rcptto recipient recipients envelopeto recipientaddress toaddress rcpt",
  "email.subject": "subject messagesubject mailsubject",
  "host.name": "hostname devname computer computername devicename dvchost dvc machine agenthostname logsource syslogserver",
  "rule.name": "rule rulename policyname signature signaturename msgsignature attack attackname threatname virus acl aclname",
  "network.transport": "proto protocol transport ipprotocol l4proto ipproto",
  "file.hash.md5": "md5 hashmd5 filehashmd5 md5hash",
  "file.hash.sha1": "sha1 hashsha1 filehashsha1 sha1hash",
  "file.hash.sha256": "sha256 hashsha256 filehashsha256 sha256hash filehash",
  "file.name": "filename fname file attachment attachmentname",
  "file.path": "filepath targetfilename fullpath objectpath",
  "process.executable": "image exe processpath newprocessname processname",
  "process.command_line": "commandline cmdline processcommandline proctitle cmd",
  "event.action": "action act disposition verdict fwaction deviceaction ruleaction eventaction policyaction accesscontrolruleaction",
  "event.outcome": "outcome status result res eventoutcome loginresult",
  "network.direction": "networkdirection direction flowdirection dir",
  "event.start": "start starttime",
  "event.end": "end endtime",
}

/** In order of precedence where one record has several. */
const timeKeys =
  "atimestamp timestamp eventtime time ts datetime timegenerated creationtime createddatetime activitydatetime timecreated systemtime utctime requestreceivedtimestamp receivetimestamp stagetimestamp starttime start t date logtime eventcreated rt timestampns recordtime occurredat createdat t$date date$date timestamp$date ts$date".split(
    " ",
  )

const timeRanks: ReadonlyMap<string, number> = new Map(timeKeys.map((key, at) => [key, at]))

const meaning: ReadonlyMap<string, string> = new Map(
  Object.entries(table).flatMap(([field, keys]) => keys.split(" ").map((key) => [key, field] as const)),
)
const ecsNames: ReadonlySet<string> = new Set(Object.keys(table))

/** Logs repeat few keys; those that an attacker makes up are judged anew each time. */
const keysMax = 10_000
const fieldsKnown = new Map<string, string | undefined>()
const normalKnown = new Map<string, string>()

function remembered<T>(known: Map<string, T>, key: string, find: (key: string) => T): T {
  const found = known.get(key)
  if (found !== undefined || known.has(key)) return found as T
  const fresh = find(key)
  if (known.size < keysMax && key.length < 128) known.set(key, fresh)
  return fresh
}

/** The ECS field that a key names, `id.orig_h` or `http.request.remote_ip` by its whole or its last part. */
export function fieldOfKey(key: string): string | undefined {
  return remembered(fieldsKnown, key, findField)
}

function findField(key: string): string | undefined {
  if (ecsNames.has(key)) return key
  const whole = meaning.get(normalKey(key))
  if (whole !== undefined) return whole
  const dot = key.lastIndexOf(".")
  if (dot < 0) return undefined
  const tail = key.slice(dot + 1)
  // A short word such as `source` or `ip` says little below another one.
  return tail.length < 5 && tail !== "ip" && tail !== "url" && tail !== "uri" ? undefined : meaning.get(normalKey(tail))
}

export function normalKey(key: string): string {
  return remembered(normalKnown, key, normalized)
}

function normalized(key: string): string {
  return key
    .toLowerCase()
    .replace(/[_.\- ]/g, "")
    .replace(/^@/, "a")
    .replace(/\[\d*\]/g, "")
}

/** A key of a record and its value, in order of appearance. */
export interface Entry {
  readonly key: string
  readonly value: string | number | readonly (string | number)[]
}

/** What plain keys say about a record; the first value that fits a field wins. */
export function plainDraft(entries: readonly Entry[]): Draft {
  const fields: Record<string, FieldValue> = {}
  const put = (more: Loose): void => {
    for (const [name, value] of Object.entries(fieldsOf(more))) fields[name] ??= value
  }
  const verdicts: Verdicts = {}
  for (const { key, value } of entries) {
    if (value === "" || value === "-" || value === "null") continue
    const name = fieldOfKey(key)
    if (name === undefined) sayByKey(key, value, verdicts)
    else placeValue(name, key, value, put, verdicts)
  }
  hostOrUrl(entries, fields, put)
  const forwarded = fields["http.request.headers.x-forwarded-for"]
  const action = actionOf(verdicts.action)
  const status = fields["http.response.status_code"]
  const outcome = firstKnown(
    outcomeOf(verdicts.outcome),
    statusOutcome(status as number | undefined),
    action === "unknown" ? outcomeOf(verdicts.action) : "unknown",
  )
  return {
    fields,
    time: timeOf(entries),
    direction: directionOfWord(verdicts.direction),
    action,
    outcome: outcome === "unknown" ? undefined : outcome,
    ...(forwarded !== undefined && { forwarded: String(forwarded) }),
  }
}

/** The stamp under the best of the record's time keys. */
export function timeOf(entries: readonly Entry[]): Draft["time"] {
  let best: Entry | undefined
  let rank = timeRanks.size
  for (const entry of entries) {
    const at = timeRanks.get(normalKey(entry.key))
    if (at !== undefined && at < rank && !Array.isArray(entry.value) && stampOf(entry.value as string | number)) [best, rank] = [entry, at]
  }
  return best && (dateAndTime(best, entries) ?? stampOf(best.value as string | number))
}

/** `date=2021-01-03 time=02:11:09 tz="+0100"`: one stamp in two or three values. */
function dateAndTime(best: Entry, entries: readonly Entry[]): Draft["time"] {
  if (typeof best.value !== "string" || !/^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}$/.test(best.value)) return undefined
  const value = (wanted: RegExp): string | undefined => {
    const found = entries.find(({ key, value: each }) => typeof each === "string" && wanted.test(normalKey(key)))?.value
    return found as string | undefined
  }
  const time = value(/^time$/)
  if (time === undefined || !/^\d{1,2}:\d{2}/.test(time)) return undefined
  return stampOf(`${best.value} ${time} ${value(/^(?:tz|timezone)$/) ?? ""}`.trim())
}

export function directionOfWord(word: string | undefined): Draft["direction"] {
  if (word === undefined) return undefined
  const found =
    /^(?:(in|inbound|ingress|incoming|inbound_connection)|(out|outbound|egress|outgoing)|(internal|lateral|local)|(external))$/i.exec(word)
  if (!found) return undefined
  return found[1] ? "inbound" : found[2] ? "outbound" : found[3] ? "internal" : "external"
}

interface Verdicts {
  action?: string
  outcome?: string
  direction?: string
}

function sayByKey(key: string, value: Entry["value"], verdicts: Verdicts): void {
  if (normalKey(key) === "eventtype" && typeof value === "string" && actionOf(value) !== "unknown") verdicts.action ??= value
}

function placeValue(name: string, key: string, value: Entry["value"], put: (more: Loose) => void, verdicts: Verdicts): void {
  const first = String(Array.isArray(value) ? (value[0] ?? "") : value)
  if (name === "source.ip" || name === "destination.ip") put(endpointFields(name.slice(0, name.indexOf(".")), value))
  else if (name.endsWith(".port")) put(/^\d{1,5}$/.test(first) ? { [name]: Number(first) } : {})
  else if (name === "url.full") put(/^[A-Z]{3,10} \S+/.test(first) ? (requestLine(first)?.fields ?? {}) : looseUrl(first))
  else if (name === "event.action") {
    if (actionOf(verdicts.action) === "unknown") verdicts.action = first
    put({ [name]: first })
  } else if (name === "event.outcome") {
    if (/^[1-5]\d\d$/.test(first)) put({ "http.response.status_code": Number(first) })
    else verdicts.outcome ??= first
    if (actionOf(first) !== "unknown") verdicts.action ??= first
  } else if (name === "network.direction") verdicts.direction ??= first
  else if (name === "http.response.status_code") put(/^\d{3}$/.test(first) ? { [name]: Number(first) } : {})
  else if (name === "url.query" && !/[=&%]|^\?/.test(first))
    put(/^[\w-]+(?:\.[\w-]+)+\.?$/.test(first) ? { "dns.question.name": first } : { [name]: first })
  else if (name === "url.query") put({ [name]: first.replace(/^\?/, "") })
  else if (name.startsWith("email."))
    put(first.includes("@") || name === "email.subject" ? { [name]: value } : endpointOfFromTo(key, first))
  else if (name === "url.path") put(first.startsWith("/") ? looseUrl(first) : { [name]: first })
  else put({ [name]: value })
}

/** `from=203.0.113.9` is an address before it is a sender. */
function endpointOfFromTo(key: string, value: string): Loose {
  if (!isAddress(endpoint(value).ip ?? "")) return {}
  return side(normalKey(key).startsWith("from") ? "source" : "destination", endpoint(value))
}

function endpointFields(name: string, value: Entry["value"]): Loose {
  const values = Array.isArray(value) ? value : [value]
  if (values.length > 1) {
    const addresses = values.filter((each) => isAddress(String(each)))
    return addresses.length > 0 ? { [`${name}.ip`]: addresses } : {}
  }
  const only = values[0] as string | number
  if (typeof only === "number") return { [`${name}.ip`]: Number.isInteger(only) && only > 0xffffff && only < 2 ** 32 ? only : undefined }
  if (/^\d{8,10}$/.test(only)) return { [`${name}.ip`]: only }
  const wrapped = /^(?:IPV[46]\/(?:UDP|TCP|TLS|WSS?)\/|\/|ip\/|ipv[46]:)(.+)$/i.exec(only)
  const list = only.includes(",") ? only.slice(0, only.indexOf(",")) : (wrapped?.[1] ?? only)
  return side(name, endpoint(list.replace(/^([0-9a-fA-F.:]+)\/(\d{1,5})$/, "$1:$2")))
}

/** `host` names the host asked for where the record speaks of a request, else the host that logged. */
function hostOrUrl(entries: readonly Entry[], fields: Readonly<Record<string, FieldValue>>, put: (more: Loose) => void): void {
  const host = entries.find(({ key }) => normalKey(key) === "host" || normalKey(key) === "requesthost")?.value
  if (typeof host !== "string" || host === "" || host === "-") return
  const asked = ["url.path", "url.query", "http.request.method", "url.full"].some((name) => fields[name] !== undefined)
  if (!asked) {
    put({ "host.name": host })
    return
  }
  const { ip, domain, port } = endpoint(host)
  const stated = entries.find(({ key }) => normalKey(key) === "port")?.value
  put({ "url.domain": ip ?? domain, "url.port": port ?? (/^\d{1,5}$/.test(String(stated)) ? Number(stated) : undefined) })
  const scheme = entries.find(({ key }) => normalKey(key) === "scheme")?.value
  put({ "url.scheme": typeof scheme === "string" ? scheme : undefined })
}

function firstKnown<T extends string>(...values: readonly T[]): T {
  return values.find((value) => value !== "unknown") ?? (values[0] as T)
}
