// Cisco ASA, FTD and IOS: direction by the message's own words, roles by the message's number.
import type { Action, Direction } from "../../../model/log-record.js"
import { readStamp } from "../../time/stamp.js"
import { type Draft, fieldsOf, type Loose } from "../draft.js"
import { type Endpoint, endpoint, side } from "../endpoint.js"
import { pairMap } from "../pairs.js"
import { looseUrl } from "../request.js"
import { sentenceDraft } from "../sentence.js"
import { actionOf, outcomeOf } from "../verdict.js"
import { type MessageContext, type MessageShape, remember } from "./shape.js"

const asaTag = /%(?:ASA|FTD|PIX|FWSM|NGIPS)-(?:[a-z]{1,12}-)?\d-(\d{6}):?\s*/
/** `outside:203.0.113.9/443`, `outside/203.0.113.9(443)`, `203.0.113.9/443`, `203.0.113.9`. */
const end = String.raw`(?:(?!\d{1,3}\.\d)[\w.() -]{1,64}?[:/])?(\d{1,3}(?:\.\d{1,3}){3}|[\da-fA-F]{0,4}:[\da-fA-F:.]{2,44})(?:[/(](\d{1,5})\)?)?`

/** One message by its number: the pattern, and what its groups mean. */
interface AsaMessage {
  readonly ids: readonly string[]
  readonly pattern: RegExp
  draft(match: RegExpExecArray, context: MessageContext): Draft
}

const asaMessages: readonly AsaMessage[] = [
  {
    ids: ["302013", "302015"],
    pattern: new RegExp(
      String.raw`^Built (?:(inbound|outbound) )?(TCP|UDP) connection (\d+) for ${end}[^:]*?(?:\([^)]*\))? ?(?:\([^)]*\) )?to ${end}(?=[\s(]|$)`,
    ),
    draft: (match, context) => built(match[1], match[2], match[3] as string, endOf(match[4], match[5]), endOf(match[6], match[7]), context),
  },
  {
    ids: ["302020"],
    pattern: new RegExp(
      String.raw`^Built (?:(inbound|outbound) )?(ICMP) connection (?:\d+ )?for faddr ${end}[^/]{0,80}? (?:gaddr ${end} )?laddr ${end}`,
    ),
    draft: (match, context) => {
      const [foreign, local] = [{ ip: match[3] as string }, { ip: match[7] as string }]
      return built(match[1], match[2], `icmp:${foreign.ip}:${local.ip}`, foreign, local, context)
    },
  },
  {
    ids: ["302014", "302016"],
    pattern: new RegExp(String.raw`^Teardown (TCP|UDP) connection (\d+) (?:for|faddr) ${end}(?:\([^)]*\))? to ${end}`),
    draft: (match, context) => tornDown(match[1], match[2] as string, endOf(match[3], match[4]), endOf(match[5], match[6]), context),
  },
  {
    ids: ["302021"],
    pattern: new RegExp(String.raw`^Teardown (ICMP) connection (?:\d+ )?for faddr ${end}[^/]{0,80}? (?:gaddr ${end} )?laddr ${end}`),
    draft: (match, context) =>
      tornDown(match[1], `icmp:${match[2]}:${match[6]}`, { ip: match[2] as string }, { ip: match[6] as string }, context),
  },
  {
    ids: [
      "106001",
      "106006",
      "106007",
      "106015",
      "106017",
      "106021",
      "106002",
      "710003",
      "710005",
      "710002",
      "106010",
      "106016",
      "106018",
      "106020",
      "106022",
      "605004",
      "605005",
    ],
    pattern: new RegExp(String.raw`(?:from|src) ${end}(?:\([^)]*\))?,? (?:to|dst) ${end}(?:/[a-z]+)?(?=[\s,/(]|$)`),
    draft: (match) => pair(match.input, endOf(match[1], match[2]), endOf(match[3], match[4])),
  },
  {
    ids: ["106023", "106014", "106103", "106102", "313005", "419002", "733100", "338002", "338004"],
    pattern: new RegExp(String.raw`src ${end}(?:\([^)]*\))? dst ${end}`),
    draft: (match) => pair(match.input, endOf(match[1], match[2]), endOf(match[3], match[4])),
  },
  {
    ids: ["106100", "106102", "106103"],
    pattern: new RegExp(
      String.raw`access-list (\S+) (permitted|denied|est-allowed) (\w+) (?:for user \S+ )?${end}(?:\([^)]*\))? ?-> ?${end}`,
    ),
    draft: (match) => {
      const draft = pair(match[2] as string, endOf(match[4], match[5]), endOf(match[6], match[7]))
      return { ...draft, fields: { ...draft.fields, "rule.name": match[1] as string, "network.transport": match[3] as string } }
    },
  },
  {
    ids: ["304001", "304002"],
    pattern: /^(?:\S+@)?([\da-fA-F.:]+) (?:Accessed|Access denied|User-URL|URL)[^\d/]* (?:URL )?([\da-fA-F.]+):(\S+)/i,
    draft: (match) => ({
      fields: fieldsOf({ "source.ip": match[1], "destination.ip": match[2], ...looseUrl(match[3] as string) }),
      action: /denied/i.test(match.input) ? "blocked" : "allowed",
    }),
  },
]

function built(
  word: string | undefined,
  transport: string | undefined,
  number: string,
  first: Endpoint,
  second: Endpoint,
  context: MessageContext,
): Draft {
  const outbound = word === "outbound"
  const [from, to] = outbound ? [second, first] : [first, second]
  const connection = connectionKey(number, context)
  // Older versions name no direction: the first address opened the connection.
  remember(context.memory, connection, `${from.ip}`)
  return {
    fields: fieldsOf({ ...side("source", from), ...side("destination", to), "network.transport": transport?.toLowerCase() }),
    direction: word === undefined ? undefined : (word as Direction),
    action: "allowed",
    connection,
  }
}

/** Who opened a connection that ends is unknown, unless its Built record was read before. */
function tornDown(transport: string | undefined, number: string, first: Endpoint, second: Endpoint, context: MessageContext): Draft {
  const connection = connectionKey(number, context)
  const opener = context.memory.get(connection)
  const base = { "network.transport": transport?.toLowerCase() }
  if (opener === undefined)
    return {
      fields: fieldsOf({ ...base, "related.ip": [first.ip, second.ip].filter((ip) => ip !== undefined) }),
      direction: "unknown",
      connection,
    }
  const [from, to] = opener === second.ip ? [second, first] : [first, second]
  return { fields: fieldsOf({ ...base, ...side("source", from), ...side("destination", to) }), connection }
}

function pair(words: string, from: Endpoint, to: Endpoint): Draft {
  const inbound = /^(?:Deny |Inbound |denied |Dropped )*(inbound|outbound)\b/i.exec(words)?.[1]?.toLowerCase()
  const login = /^Login (permitted|denied)/i.exec(words)?.[1]
  const denied = /den(?:y|ied)|drop|discard|reject/i.test(words)
  return {
    fields: fieldsOf({
      ...side("source", from),
      ...side("destination", to),
      "network.transport": /\b(tcp|udp|icmp)\b/i.exec(words)?.[1]?.toLowerCase(),
      "user.name": /for user "([^"]{1,128})"/.exec(words)?.[1],
      "rule.name": /by access-group "([^"]{1,128})"/.exec(words)?.[1],
    }),
    direction: inbound as Direction | undefined,
    action: login === undefined ? (denied ? "blocked" : actionOf(words)) : "unknown",
    outcome: login === undefined ? undefined : /permitted/i.test(login) ? "success" : "failure",
  }
}

function endOf(ip: string | undefined, port: string | undefined): Endpoint {
  return { ...(ip !== undefined && { ip }), ...(port !== undefined && { port: Number(port) }) }
}

function connectionKey(number: string, { head }: MessageContext): string {
  return `asa:${head.host ?? ""}:${number}`
}

/** FTD 430001 to 430005: everything as `Name: value` pairs. */
function connectionEvent(text: string): Draft {
  const pairs = new Map(
    [...text.slice(0, 8192).matchAll(/(?:^|, )([A-Z]\w{1,40}): ((?:[^,]|,(?! [A-Z]\w{1,40}: )){0,4096})/g)].map((match) => [
      match[1] as string,
      match[2] as string,
    ]),
  )
  const get = (name: string): string | undefined => pairs.get(name)
  return {
    fields: fieldsOf({
      ...side("source", endpoint(get("SrcIP"))),
      "source.port": numberOf(get("SrcPort")),
      ...side("destination", endpoint(get("DstIP"))),
      "destination.port": numberOf(get("DstPort")),
      "network.transport": get("Protocol"),
      "user.name": get("User"),
      ...looseUrl(get("URL") ?? ""),
      "dns.question.name": get("DNSQuery"),
      "user_agent.original": get("UserAgent"),
      "http.request.referrer": get("HTTPReferer"),
      "rule.name": get("Message") ?? get("AccessControlRuleName"),
      "file.hash.sha256": get("FileSHA256"),
      "file.name": get("FileName"),
    }),
    action: actionOf(get("AccessControlRuleAction") ?? get("InlineResult") ?? get("FileAction")),
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined
}

/** VPN and AAA messages: a user at an address, at this device. */
function asaLogin(text: string): Draft | undefined {
  const ip = /\b(?:User IP|user IP|IP|Client Address|Username .{1,64} IP|uauth_in)\s*=?\s*<?([\da-fA-F.:]{3,45})>?/.exec(text)?.[1]
  if (ip === undefined || endpoint(ip).ip === undefined) return undefined
  const user = /\b(?:User|Username|user)\s*=?\s*<?([\w.@\\-]{1,128})>?/.exec(text)?.[1]
  const failed = /reject|denied|fail|invalid|unable/i.test(text)
  const good = /session started|assigned|success|established|accept|connected/i.test(text)
  return {
    fields: fieldsOf({ "source.ip": ip, "user.name": user }),
    outcome: failed ? "failure" : good ? "success" : outcomeOf(text),
    exchange: "service",
  }
}

const asa: MessageShape = {
  name: "cisco-asa",
  title: "Cisco ASA, FTD and PIX",
  hint: /%(?:ASA|FTD|PIX|FWSM|NGIPS)-/,
  parse(message, context) {
    const tag = asaTag.exec(message)
    if (!tag) return undefined
    const text = message.slice(tag.index + tag[0].length, tag.index + tag[0].length + 8192)
    const time = readStamp(message.slice(0, tag.index))?.stamp
    return { ...asaDraft(tag[1] as string, text, context), time }
  },
}

function asaDraft(id: string, text: string, context: MessageContext): Draft {
  if (id.startsWith("43000")) return connectionEvent(text)
  for (const { ids, pattern, draft } of asaMessages) {
    const match = ids.includes(id) ? pattern.exec(text) : null
    if (match) return draft(match, context)
  }
  return asaLogin(text) ?? sentenceDraft(text, context.head)
}

const accessList =
  /\blist (\S+) (permitted|denied) (?:(\w+) )?([\da-fA-F.:]+)(?:\((\d+)\))?(?: \([^)]*\))? ?(?:-> ?([\da-fA-F.:]+)(?:\((\d+)(?:\/\d+)?\)| \(\d+\/\d+\))?)?/

const ios: MessageShape = {
  name: "cisco-ios",
  title: "Cisco IOS, IOS XE and NX-OS",
  hint: /%[A-Z][A-Z0-9_]{1,30}-(?:[A-Z0-9_]{1,20}-)?\d-[A-Z][A-Z0-9_]+:/,
  parse(message, { head }) {
    const tag = /%[A-Z][A-Z0-9_]{1,30}-(?:[A-Z0-9_]{1,20}-)?\d-([A-Z][A-Z0-9_]+):\s*/.exec(message)
    if (!tag) return undefined
    const text = message.slice(tag.index + tag[0].length)
    const time = readStamp(message.slice(0, tag.index))?.stamp
    const listed = accessList.exec(text.slice(0, 2000))
    if (listed) {
      const [, rule, verdict, transport, from, fromPort, to, toPort] = listed
      const action: Action = verdict === "permitted" ? "allowed" : "blocked"
      return {
        fields: fieldsOf({
          ...side("source", endOf(from, fromPort)),
          ...side("destination", endOf(to, toPort)),
          "network.transport": transport,
          "rule.name": rule,
        }),
        action,
        time,
      }
    }
    const source = /\[Source: ([^\]\s]{2,60})\]/.exec(text)?.[1]
    if (source !== undefined) {
      const more: Loose = {
        "user.name": /\[user: ([^\]]{1,128})\]/.exec(text)?.[1],
        "destination.port": numberOf(/\[localport: (\d+)\]/.exec(text)?.[1]),
      }
      return {
        fields: fieldsOf({ ...side("source", endpoint(source)), ...more }),
        outcome: /SUCCESS/.test(tag[1] as string) ? "success" : outcomeOf(text),
        exchange: "service",
        time,
      }
    }
    return { ...sentenceDraft(text, head), ...(time && { time }) }
  },
}

/** Meraki: `flows`, `urls`, `ids-alerts` with plain pairs. */
const meraki: MessageShape = {
  name: "cisco-meraki",
  title: "Cisco Meraki",
  hint: /\b(?:flows|urls|ids-alerts|security_event|firewall|vpn_firewall|ip_flow_start|ip_flow_end)\b.{0,80}\bsrc=/,
  parse(message) {
    const pairs = pairMap(message)
    const [from, to] = [endpoint(pairs.get("src")), endpoint(pairs.get("dst"))]
    if (!from.ip || !to.ip) return undefined
    const asked = /request:\s*([A-Z]+|UNKNOWN)\s+(\S+)/.exec(message)
    const pattern = /pattern: (allow|deny|0|1)\b/.exec(message)?.[1] ?? /\b(?:flows|firewall) (allow|deny)\b/.exec(message)?.[1]
    return {
      fields: fieldsOf({
        ...side("source", from),
        ...side("destination", to),
        "source.port": from.port ?? numberOf(pairs.get("sport")),
        "destination.port": to.port ?? numberOf(pairs.get("dport")),
        "network.transport": pairs.get("protocol"),
        "http.request.method": asked?.[1],
        ...(asked ? looseUrl(asked[2] as string) : {}),
        "user_agent.original": pairs.get("agent"),
        "rule.name": pairs.get("message"),
      }),
      action: pattern === "0" ? "blocked" : pattern === "1" ? "allowed" : actionOf(pattern ?? pairs.get("action") ?? pairs.get("decision")),
      exchange: asked ? "proxy" : undefined,
    }
  },
}

export const ciscoShapes: readonly MessageShape[] = [asa, ios, meraki]
