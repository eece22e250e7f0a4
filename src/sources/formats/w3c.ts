// W3C extended logs and what uses their header: IIS, Windows Firewall, Blue Coat, CloudFront, Exchange. UTC unless the header says Local.
import type { LineParser, LogFormat, ParseContext } from "../log-format.js"
import { stampOf } from "../time/stamp.js"
import { splitCsv } from "./csv-line.js"
import { type Draft, fieldsOf, finishRecord, type Loose } from "./draft.js"
import { endpoint, isAddress, side } from "./endpoint.js"
import { headLines, isText } from "./head.js"
import { parsedCharsMax } from "./lines.js"
import { type Entry, plainDraft } from "./plain-keys.js"
import { hostFields, looseUrl, urlFields } from "./request.js"
import { actionOf, outcomeOf, statusOutcome } from "./verdict.js"

export const w3c: LogFormat = {
  name: "w3c",
  title: "W3C extended (IIS, Windows Firewall, Exchange, Blue Coat, CloudFront)",
  recognize: (head) => (isText(head) && headLines(head).some((line) => /^#Fields: ?\S/i.test(line.replace(/^\uFEFF/, ""))) ? 1 : 0),
  opening: /^#(?:Fields: ?\S|Software: Microsoft)/i,
  headless: /^"?(?:\d{4}-\d\d-\d\d[ \t])?\d\d:\d\d:\d\d[ \t]|^\d{4}-\d\d-\d\dT[\d:.]{8,15}Z?,/,
  open: (context) => parser(context),
}

interface Header {
  fields: readonly string[]
  separator: string
  local: boolean
  /** `#Log-type` of Exchange: in a send log the remote end is the destination. */
  sends: boolean
}

function parser(context: ParseContext): LineParser {
  const header: Header = { fields: [], separator: " ", local: false, sends: false }
  return {
    header: {
      prefix: "#",
      see(line) {
        see(line, header)
        return true
      },
    },
    parse(line) {
      if (line.startsWith("#")) return finishRecord(line, "w3c", { fields: {} }, context.roles)
      const values = valuesOf(line.length > parsedCharsMax ? line.slice(0, parsedCharsMax) : line, header)
      return values && finishRecord(line, "w3c", draftOf(values, header), context.roles)
    },
  }
}

function see(line: string, header: Header): void {
  const local = /^#Time Format:\s*(\w+)/i.exec(line)?.[1]
  if (local !== undefined) header.local = /^local$/i.test(local)
  const kind = /^#Log-type:\s*(.*)/i.exec(line)?.[1]
  if (kind !== undefined) header.sends = /send/i.test(kind)
  const fields = /^#Fields:\s*(.+?)\s*$/i.exec(line.slice(0, 16_384))?.[1]
  if (fields === undefined) return
  header.separator = fields.includes("\t") ? "\t" : fields.includes(",") ? "," : " "
  header.fields = fields.split(header.separator === " " ? /\s+/ : header.separator).map((name) => name.trim().toLowerCase())
}

function valuesOf(line: string, header: Header): ReadonlyMap<string, string> | undefined {
  if (header.fields.length === 0) return undefined
  // CloudFront names its columns with blanks and writes tabs.
  const separator =
    header.separator === " " && line.includes("\t") && line.split("\t").length >= header.fields.length - 1 ? "\t" : header.separator
  const cells = separator === "," || line.includes('"') ? splitCells(line, separator) : line.split(separator)
  if (cells.length < Math.min(3, header.fields.length) || cells.length > header.fields.length + 3) return undefined
  const values = new Map<string, string>()
  for (const [at, name] of header.fields.entries()) {
    const cell = cells[at]
    if (cell !== undefined && cell !== "" && cell !== "-" && !values.has(name)) values.set(name, cell)
  }
  return values
}

function splitCells(line: string, separator: string): readonly string[] {
  return splitCsv(line, separator, 600)
}

function draftOf(values: ReadonlyMap<string, string>, header: Header): Draft {
  const get = (...names: readonly string[]): string | undefined =>
    names.map((name) => values.get(name)).find((value) => value !== undefined)
  const stem = get("cs-uri-stem", "cs-uri-path", "urlstem")
  const full = urlFields(get("cs-uri", "c-uri", "x-cs-uri") ?? "")
  const host = get("cs-host", "cs(host)", "x-host-header", "urlhost", "s-sitename-host")
  const proxied =
    full !== undefined || get("cs-uri-scheme") !== undefined || get("s-action", "sc-filter-result", "r-ip", "s-supplier-ip") !== undefined
  const client = endpoint(get("c-ip", "src-ip", "clientipaddress", "client-ip", "cs-ip"))
  const server = endpoint(get("s-ip", "dst-ip", "r-ip", "s-supplier-ip", "server-ip"))
  const status = get("sc-status", "httpstatus", "sc-status-code")
  const forwarded = get("x-forwarded-for", "cs(x-forwarded-for)", "x_forwarded_for", "x-client-ip")
  const fixed: Loose = {
    ...side("source", client),
    ...side("destination", server),
    "source.port": portOf(get("c-port", "src-port")),
    "destination.port": portOf(get("s-port", "dst-port", "r-port")),
    "user.name": get("cs-username", "authenticateduser", "user", "cs-auth-name"),
    "http.request.method": get("cs-method", "method", "httpmethod"),
    "http.response.status_code": portOf(status),
    ...(full ?? (stem === undefined ? {} : looseUrl(stem))),
    "url.query": get("cs-uri-query", "urlquery") ?? full?.["url.query"],
    ...(full ? {} : hostFields(host)),
    "url.scheme": full?.["url.scheme"] ?? get("cs-uri-scheme", "cs-protocol-scheme"),
    ...(proxied && !full ? { "url.port": portOf(get("cs-uri-port")) } : {}),
    "user_agent.original": get("cs(user-agent)", "useragent", "c-agent")?.replaceAll("+", " "),
    "http.request.referrer": get("cs(referer)", "cs-referred"),
    "network.transport": get("protocol")?.toLowerCase(),
    "host.name": get("s-computername", "serverhostname", "server-hostname"),
    ...(forwarded !== undefined && { "http.request.headers.x-forwarded-for": forwarded }),
  }
  const plain = plainDraft(
    [...values]
      .map(([key, value]): Entry => ({ key, value }))
      .filter(({ key }) => !/^(?:c|s|cs|sc|r|x)-|^cs\(|^(?:date|time|protocol|path|data|context|connector-id)$/.test(key)),
  )
  const web = stem !== undefined || status !== undefined
  const verdict = get("action", "s-action", "sc-filter-result", "x-edge-result-type")
  const action = proxied
    ? /den(?:y|ied)|block/i.test(verdict ?? "")
      ? "blocked"
      : "allowed"
    : verdict === undefined
      ? "unknown"
      : actionOf(verdict)
  const way = get("path")
  return {
    fields: { ...plain.fields, ...fieldsOf(fixed), ...exchangeFields(get, header) },
    time: timeOf(get, header),
    action,
    outcome: web ? statusOutcome(status) : loginOutcome(get),
    direction: way === "RECEIVE" ? "inbound" : way === "SEND" || header.sends ? "outbound" : undefined,
    exchange: proxied ? "proxy" : get("src-ip") === undefined ? "service" : undefined,
    ...(forwarded !== undefined && { forwarded }),
  }
}

/** Exchange's transport logs: who sent to whom, and both ends of the connection. */
function exchangeFields(get: (...names: readonly string[]) => string | undefined, header: Header): ReturnType<typeof fieldsOf> {
  const remote = endpoint(get("remote-endpoint", "cip"))
  const local = endpoint(get("local-endpoint", "sip"))
  const original = get("original-client-ip")
  const recipients = get("recipient-address")?.split(";").slice(0, 64)
  const [from, to] = header.sends ? [local, remote] : [remote, local]
  return fieldsOf({
    ...(remote.ip ? { ...side("source", from), ...side("destination", to) } : {}),
    ...(original && isAddress(original) ? { "source.ip": original } : {}),
    "email.from.address": get("sender-address"),
    "email.to.address": recipients && recipients.length > 1 ? recipients : recipients?.[0],
    "email.subject": get("message-subject"),
  })
}

function loginOutcome(get: (...names: readonly string[]) => string | undefined): Draft["outcome"] {
  const text = get("context", "errormsg", "errmsg", "data")
  return text === undefined ? undefined : outcomeOf(text)
}

/** `date` and `time`, or one of them whole; both UTC by definition unless the header says otherwise. */
function timeOf(get: (...names: readonly string[]) => string | undefined, header: Header): Draft["time"] {
  const whole = get("date-time", "datetime", "timestamp", "x-timestamp", "gmttime")
  const stamp = stampOf(whole ?? `${get("date") ?? ""} ${get("time") ?? ""}`.trim())
  if (!stamp || stamp.offsets || header.local) return stamp
  return { ...stamp, offsets: [0], utc: true }
}

function portOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined
}
