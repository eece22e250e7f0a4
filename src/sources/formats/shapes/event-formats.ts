// CEF and LEEF: many devices, one grammar.
import type { FieldValue } from "../../../model/log-record.js"
import { stampOf } from "../../time/stamp.js"
import { type Draft, fieldsOf } from "../draft.js"
import { endpoint, side } from "../endpoint.js"
import { directionOfWord, type Entry, plainDraft } from "../plain-keys.js"
import { looseUrl } from "../request.js"
import { actionOf, outcomeOf } from "../verdict.js"
import { integer } from "./firewall.js"
import type { MessageHead, MessageShape } from "./shape.js"

const cef: MessageShape = {
  name: "cef",
  title: "CEF (ArcSight, UniFi, Trend Micro and many others)",
  hint: /\bCEF:\s?\d\|/,
  parse(message, { head }) {
    const header =
      /\bCEF:\s?\d\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|/.exec(
        message.slice(0, 4000),
      )
    if (!header) return undefined
    const get = cefExtension(message.slice(header.index + header[0].length))
    const name = header[5] as string
    const act = get.get("act") ?? get.get("deviceAction")
    const way = get.get("deviceDirection")
    return {
      fields: fieldsOf({
        ...side("source", endpoint(get.get("src") ?? get.get("c6a2") ?? get.get("sourceAddress"))),
        "source.port": integer(get.get("spt")),
        "source.domain": get.get("shost"),
        ...side("destination", endpoint(get.get("dst") ?? get.get("c6a3") ?? get.get("destinationAddress"))),
        "destination.port": integer(get.get("dpt")),
        "destination.domain": get.get("dhost"),
        "user.name": get.get("suser") ?? get.get("duser"),
        ...looseUrl(get.get("request") ?? ""),
        "http.request.method": get.get("requestMethod"),
        "user_agent.original": get.get("requestClientApplication"),
        "http.request.referrer": get.get("requestContext"),
        "network.transport": get.get("proto")?.toLowerCase(),
        "file.name": get.get("fname"),
        "file.hash.sha256": get.get("fileHash"),
        "rule.name": name,
        "host.name": get.get("dvchost") ?? get.get("dvc"),
        "event.action": act,
        "dns.question.name": get.get("destinationDnsDomain"),
        ...customStrings(get),
      }),
      time: stampOf(get.get("start") ?? get.get("rt") ?? get.get("end") ?? ""),
      end: get.has("start") && get.has("end") ? stampOf(get.get("end") as string) : undefined,
      direction: way === "0" ? "inbound" : way === "1" ? "outbound" : directionOfWord(way),
      action: act === undefined ? actionOf(name) : actionOf(act),
      outcome: get.has("outcome") ? outcomeOf(get.get("outcome")) : undefined,
      ...(get.has("xff") && { forwarded: get.get("xff") }),
      // An alert of our own watch (semantics 10.4): the whole message, and not what another wrote down of it.
      ...(header[1] === "Sillage" && header.index === 0 && get.has("externalId") && isOwnProgram(head) && { echo: "own-output" as const }),
    }
  },
}

/** `key=value key=value`, values unquoted with spaces: a value ends where the next key begins. */
function cefExtension(text: string): ReadonlyMap<string, string> {
  const map = new Map<string, string>()
  const keys = [...text.slice(0, 16_384).matchAll(/(?:^|\s)([A-Za-z][\w.-]{0,62})=/g)].slice(0, 300)
  for (const [index, match] of keys.entries()) {
    const from = match.index + match[0].length
    const to = keys[index + 1]?.index ?? Math.min(text.length, 16_384)
    const key = match[1] as string
    if (!map.has(key))
      map.set(
        key,
        text
          .slice(from, to)
          .trim()
          .replace(/\\([=\\|])/g, "$1")
          .replace(/\\[nr]/g, " "),
      )
  }
  return map
}

/** `cs1=… cs1Label=Referrer`: a value under the name of its label. */
function customStrings(get: ReadonlyMap<string, string>): Record<string, FieldValue> {
  const entries: Entry[] = []
  for (const [key, label] of get) {
    if (!key.endsWith("Label")) continue
    const value = get.get(key.slice(0, -5))
    if (value) entries.push({ key: label, value })
  }
  return { ...plainDraft(entries).fields }
}

const leef: MessageShape = {
  name: "leef",
  title: "LEEF (QRadar)",
  hint: /\bLEEF:\s?[12]\.\d\|/,
  parse(message) {
    const header = /\bLEEF:\s?([12])\.\d\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|/.exec(message.slice(0, 2000))
    if (!header) return undefined
    let rest = message.slice(header.index + header[0].length)
    let separator = "\t"
    const stated = header[1] === "2" ? /^(x[0-9a-fA-F]{2}|0x[0-9a-fA-F]{2}|[^|]?)\|/.exec(rest) : null
    if (stated) {
      rest = rest.slice(stated[0].length)
      separator = leefSeparator(stated[1] ?? "")
    }
    const entries = rest
      .slice(0, 16_384)
      .split(rest.includes(separator) || !/\s\w+=/.test(rest) ? separator : /\s(?=\w{1,32}=)/)
      .slice(0, 300)
      .flatMap((part): Entry[] => {
        const at = part.indexOf("=")
        return at > 0 ? [{ key: part.slice(0, at).trim(), value: part.slice(at + 1) }] : []
      })
    const draft = plainDraft(entries)
    const devTime = entries.find(({ key }) => key === "devTime")?.value
    return {
      ...draft,
      fields: { "rule.name": header[5] as string, ...draft.fields },
      time: devTime === undefined ? draft.time : (stampOf(String(devTime)) ?? draft.time),
      action: draft.action === "unknown" ? actionOf(header[5]) : draft.action,
    }
  },
}

function leefSeparator(text: string): string {
  const hex = /^0?x([0-9a-fA-F]{2})$/.exec(text)
  if (hex) return String.fromCharCode(Number.parseInt(hex[1] as string, 16))
  return text === "" ? "\t" : text
}

const types = "(?:ipv[46]-addr|domain-name|url|email-addr|user-agent|x-ja[34]|file:[\\w.-]{1,20})"
const said = `(?:LOGIN SUCCEEDED|CONTACT|attempt|seen|looked up|mentioned)(?: in the past)?: ${types} .{1,400}, (?:towards|from|with) .`
const counted = `echo \\((?:own-output|list|config|alert|withdrawn)\\): ${types} .{1,400} in .{1,400}, \\d+ records: no contact`
/** As a watch prints it: an instant, then the sentence; in a log of messages the sentence alone. */
const printed = new RegExp(`^(?:\\x1b\\[[\\d;]{1,8}m)?\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ(?:  |  again: )(?:${said}|${counted})`)
const sentence = new RegExp(`^(?:\\ufeff|#357#273#277)?${said}`)
const structured = /^\[sillage@32473 id="[0-9a-f]{32}" revision="\d+" /

/**
 * Alerts of our own watch (semantics 10.4), as its terminal and its syslog messages have them. Only a whole message counts: a log that someone else
 * may write into must not be able to hide a hit by quoting one.
 */
const ownAlert: MessageShape = {
  name: "sillage-alert",
  title: "Sillage's own alerts (terminal, RFC 5424)",
  hint: /^(?:\[sillage@32473 |(?:\x1b\[[\d;]{1,8}m)?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}|(?:\ufeff|#357#273#277)?(?:LOGIN SUCCEEDED|CONTACT|attempt|seen|looked up|mentioned)(?: in the past)?: )/,
  parse(message, { head }) {
    const isOwn =
      head.program === "sillage"
        ? structured.test(message) || sentence.test(message) || printed.test(message)
        : head.program === undefined && printed.test(message)
    return isOwn ? { fields: {}, echo: "own-output" } : undefined
  },
}

/** A bare line of the watch's terminal: its sentence must not be taken for a syslog header, whose host and program stand where its words stand. */
export function printedAlert(line: string): Draft | undefined {
  return printed.test(line) ? { format: ownAlert.name, fields: {}, echo: "own-output" } : undefined
}

/** No other program wrote it. */
function isOwnProgram({ program }: MessageHead): boolean {
  return program === undefined || program === "sillage"
}

export const eventShapes: readonly MessageShape[] = [ownAlert, cef, leef]
