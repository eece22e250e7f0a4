// Firewalls and routers other than Cisco: netfilter, pf, FortiGate, Palo Alto, Check Point, SonicWall, Juniper, MikroTik, Windows.
import type { Direction, FieldValue } from "../../../model/log-record.js"
import { stampOf } from "../../time/stamp.js"
import { splitCsv } from "../csv-line.js"
import { type Draft, fieldsOf } from "../draft.js"
import { endpoint, isAddress, side } from "../endpoint.js"
import { pairMap, readPairs } from "../pairs.js"
import { plainDraft } from "../plain-keys.js"
import { looseUrl } from "../request.js"
import { sentenceDraft } from "../sentence.js"
import { transport } from "../transport.js"
import { actionOf, outcomeOf } from "../verdict.js"
import type { MessageShape } from "./shape.js"

const netfilter: MessageShape = {
  name: "netfilter",
  title: "netfilter: iptables, nftables, UFW, UniFi, home routers",
  hint: /\bSRC=\S+ (?:.{0,40} )?DST=/,
  parse(message) {
    const pairs = pairMap(message)
    const [input, output] = [pairs.get("in"), pairs.get("out")]
    if (!isAddress(pairs.get("src") ?? "")) return undefined
    const prefix = message.slice(0, Math.max(0, message.search(/\b(?:IN|SRC)=/))).replace(/\[\s*\d+\.\d+\]/, "")
    // EdgeOS and UniFi name the rule set and end it in -D, -A or -R.
    const suffix = /-([DAR])\]?\s*$/.exec(prefix)?.[1]
    const action = suffix ? (suffix === "A" ? "allowed" : "blocked") : actionOf(prefix.replaceAll(/[-:[\]]/g, " "))
    return {
      fields: fieldsOf({
        "source.ip": pairs.get("src"),
        "source.port": integer(pairs.get("spt")),
        "destination.ip": pairs.get("dst"),
        "destination.port": integer(pairs.get("dpt")),
        "network.transport": pairs.get("proto")?.toLowerCase(),
        "rule.name": /\[?([\w.-]+-[DAR])\]?\s*$/.exec(prefix)?.[1],
      }),
      direction: chainDirection(input, output),
      action,
    }
  },
}

function chainDirection(input: string | undefined, output: string | undefined): Direction | undefined {
  if (input === undefined || output === undefined || (input === "") === (output === "")) return undefined
  return output === "" ? "inbound" : "outbound"
}

/** `rule,subrule,anchor,tracker,interface,reason,action,direction,ip version,…` (pfSense and OPNsense). */
const filterlog: MessageShape = {
  name: "pf-filterlog",
  title: "pfSense and OPNsense filterlog",
  hint: /^filterlog\b|(?:^|\s)[^\s,]*,[^,]*,[^,]*,[^,]*,[^,]*,\w+,(?:block|pass|rdr|nat|binat|reject),(?:in|out),[46],/,
  parse(message) {
    const start = /(?:^|\s)([^\s,]*,[^,]*,[^,]*,[^,]*,[^,]*,\w+,(?:block|pass|rdr|nat|binat|reject),(?:in|out),[46],.*)$/.exec(
      message.slice(0, 2000),
    )
    if (!start) return undefined
    const cells = (start[1] as string).split(",")
    // IPv4 has nine cells before the protocol's length and addresses, IPv6 has seven.
    const at = cells[8] === "4" ? 18 : 15
    const protocol = (cells[8] === "4" ? cells[16] : cells[12])?.toLowerCase()
    const ports = protocol === "tcp" || protocol === "udp" || protocol === "sctp"
    if (!isAddress(cells[at] ?? "")) return undefined
    return {
      fields: fieldsOf({
        "source.ip": cells[at],
        "destination.ip": cells[at + 1],
        "source.port": ports ? integer(cells[at + 2]) : undefined,
        "destination.port": ports ? integer(cells[at + 3]) : undefined,
        "network.transport": protocol,
        "rule.id": cells[3],
      }),
      action: actionOf(cells[6]),
    }
  },
}

const fortigate: MessageShape = {
  name: "fortigate",
  title: "Fortinet FortiGate",
  hint: /\b(?:devid|logid|log_id)="?\w+"?[\s,].{0,2000}\btype=|\bdate=\d{4}-\d\d-\d\d[\s,]+time=\d\d:\d\d:\d\d\b.{0,200}\b(?:devname|logid|devid)=/,
  parse(message) {
    const pairs = readPairs(message)
    const get = mapOf(pairs)
    if (!get.has("type") && !get.has("logid")) return undefined
    const draft = plainDraft(
      pairs.filter(
        ({ key }) =>
          !["status", "result", "dir", "direction", "hostname", "policyname", "name", "date", "time", "user", "action", "group"].includes(
            key,
          ),
      ),
    )
    const login = /login|tunnel-(?:up|down)|ssl-(?:login|new-con)|auth/i.test(`${get.get("action")} ${get.get("logdesc")}`)
    const verdict = get.get("utmaction") ?? get.get("action")
    const remote = get.get("remip") ?? get.get("srcip") ?? get.get("ui")?.match(/\(([^)]+)\)/)?.[1]
    const traffic = get.get("type") === "traffic" || get.get("type") === "utm"
    const way = get.get("direction")
    return {
      ...draft,
      fields: {
        ...draft.fields,
        ...fieldsOf({
          ...(remote && isAddress(remote) && !traffic ? { "source.ip": remote } : {}),
          "host.name": get.get("devname"),
          "user.name": get.get("user") ?? get.get("unauthuser"),
          "event.action": get.get("action"),
          "network.transport": transport(get.get("proto")),
          ...(get.has("hostname") && !looseUrl(get.get("url") ?? "")["url.domain"] ? { "url.domain": get.get("hostname") } : {}),
          ...(traffic ? {} : { "event.outcome": get.get("status") }),
          "rule.name": get.get("attack") ?? get.get("policyname") ?? get.get("policyid"),
        }),
      },
      time: fortiTime(get),
      // An intrusion's `direction` speaks of the packet that carried it, not of the session.
      direction: get.get("type") === "utm" ? undefined : way === "incoming" ? "inbound" : way === "outgoing" ? "outbound" : undefined,
      action: traffic ? fortiAction(verdict) : actionOf(get.get("action")),
      outcome: traffic
        ? undefined
        : /fail|denied|deny/i.test(`${get.get("status")} ${get.get("action")} ${get.get("result")}`)
          ? "failure"
          : login && /success|tunnel-up|ok/i.test(`${get.get("status")} ${get.get("action")}`)
            ? "success"
            : outcomeOf(get.get("status")),
      exchange: traffic ? undefined : get.has("dstip") ? undefined : "service",
    }
  },
}

/** A session that was torn down had been let through. */
function fortiAction(text: string | undefined): ReturnType<typeof actionOf> {
  if (text === undefined) return "unknown"
  return /^(?:close|timeout|client-rst|server-rst|ip-conn|start|passthrough|detected|monitored?|perf-stats|dns)$/i.test(text)
    ? "allowed"
    : actionOf(text)
}

/** `date` and `time` are local; `tz` or the epoch in `eventtime` say where. */
function fortiTime(get: ReadonlyMap<string, string>): Draft["time"] {
  const zone = get.get("tz")?.replace(/"/g, "") ?? ""
  const local = get.has("date") && get.has("time") ? stampOf(`${get.get("date")} ${get.get("time")}${zone}`) : undefined
  if (local?.offsets) return local
  const epoch = get.get("eventtime")
  return (epoch === undefined ? undefined : stampOf(epoch)) ?? local
}

/** Column numbers from Palo Alto's "Syslog Field Descriptions", counted from 0. */
const paloAlto: MessageShape = {
  name: "palo-alto",
  title: "Palo Alto PAN-OS and GlobalProtect",
  hint: /,(?:TRAFFIC|THREAT|GLOBALPROTECT|DECRYPTION|SYSTEM|AUTH|USERID|CONFIG|HIPMATCH),/,
  parse(message) {
    const start =
      /(?:^|\s)(\d*,\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d,\w*,(?:TRAFFIC|THREAT|GLOBALPROTECT|DECRYPTION|SYSTEM|AUTH|USERID|CONFIG|HIPMATCH),.*)$/.exec(
        message,
      )
    if (!start) return undefined
    const cells = splitCsv(start[1] as string, ",", 140)
    const time = stampOf(cells[6] ?? "") ?? stampOf(cells[1] ?? "")
    const received = stampOf(cells[1] ?? "")
    const created = received && time && cells[1] !== cells[6] ? received : undefined
    const draft = paloDraft(cells)
    return { ...draft, time, ...(created && { created, fields: { ...draft.fields, "event.created": cells[1] as string } }) }
  },
}

function paloDraft(cells: readonly string[]): Draft {
  const type = cells[3]
  if (type === "TRAFFIC" || type === "THREAT" || type === "DECRYPTION") {
    const misc = type === "THREAT" ? (cells[31] ?? "") : ""
    const url =
      type === "THREAT" && /url|wildfire|file|spyware|vulnerability/.test(cells[4] ?? "") && /[./]/.test(misc) && cells[4] !== "file"
        ? looseUrl(misc)
        : {}
    return {
      fields: fieldsOf({
        "source.ip": cells[7],
        "destination.ip": cells[8],
        "source.nat.ip": cells[9],
        "destination.nat.ip": cells[10],
        "rule.name": type === "THREAT" && /[A-Za-z]/.test(cells[32] ?? "") ? cells[32] : cells[11],
        "user.name": cells[12] || cells[13],
        "source.port": integer(cells[24]),
        "destination.port": integer(cells[25]),
        "network.transport": cells[29]?.toLowerCase(),
        "event.action": cells[30],
        ...url,
        ...(cells[4] === "file" ? { "file.name": misc } : {}),
      }),
      action: /^(?:alert|allow|continue|override|wildfire-upload-success|forward)/.test(cells[30] ?? "") ? "allowed" : actionOf(cells[30]),
    }
  }
  const addresses = cells.slice(7).filter((cell) => isAddress(cell) && cell !== "0.0.0.0" && cell !== "::")
  if (type === "GLOBALPROTECT") {
    const failed = /fail|denied|error/i.test(cells.slice(8).join(" ").slice(0, 2000))
    return {
      fields: fieldsOf({
        "source.ip": isAddress(cells[15] ?? "") && cells[15] !== "0.0.0.0" ? cells[15] : addresses[0],
        "user.name": cells[12],
        "event.action": cells[8],
        "source.domain": cells[14],
      }),
      outcome: /\bfail/i.test(cells[27] ?? "") || failed ? "failure" : /success/i.test(cells.join(" ")) ? "success" : "unknown",
      exchange: "service",
    }
  }
  const said = sentenceDraft(cells.slice(7).join(" "), {})
  return { ...said, fields: fieldsOf({ ...(addresses[0] && { "source.ip": addresses[0] }), ...said.fields }) }
}

const checkPoint: MessageShape = {
  name: "check-point",
  title: "Check Point",
  hint: /\b(?:product[:=]"?|ProductName=|loguid[:=]|CheckPoint \d)/i,
  parse(message) {
    const pairs = new Map(
      [...message.slice(0, 16_384).matchAll(/(?<![\w.])([A-Za-z_][\w.]{0,48})[:=]\s?"?((?:[^";|\]]|\\")*)"?(?=[;|\]\s]|$)/g)].map(
        (match) => [(match[1] as string).toLowerCase(), (match[2] as string).trim()],
      ),
    )
    const [from, to] = [endpoint(pairs.get("src")), endpoint(pairs.get("dst"))]
    if (!from.ip && !to.ip) return undefined
    const epoch = pairs.get("time")
    return {
      fields: fieldsOf({
        ...side("source", from),
        ...side("destination", to),
        "source.port": integer(pairs.get("s_port")),
        "destination.port": integer(pairs.get("service")),
        "network.transport": transport(pairs.get("proto")),
        "user.name": pairs.get("user") ?? pairs.get("src_user_name"),
        "rule.name": pairs.get("rule_name") ?? pairs.get("protection_name"),
        "event.action": pairs.get("action"),
        ...looseUrl(pairs.get("resource") ?? ""),
        "source.nat.ip": pairs.get("xlatesrc"),
        "host.name": pairs.get("origin_sic_name") ?? pairs.get("origin"),
      }),
      action: /^(?:detect|encrypt|decrypt|inspect|log in)$/i.test(pairs.get("action") ?? "") ? "allowed" : actionOf(pairs.get("action")),
      outcome: /log in/i.test(pairs.get("action") ?? "")
        ? "success"
        : /failed log in/i.test(pairs.get("action") ?? "")
          ? "failure"
          : undefined,
      time: epoch === undefined ? undefined : stampOf(epoch),
    }
  },
}

const sonicWall: MessageShape = {
  name: "sonicwall",
  title: "SonicWall",
  hint: /\bid=\S+ sn=\S+ .{0,120}\bm=\d+/,
  parse(message) {
    const pairs = pairMap(message)
    const [from, to] = [sonicEnd(pairs.get("src")), sonicEnd(pairs.get("dst"))]
    const text = pairs.get("msg") ?? ""
    const login = /log(?:in|on|ged)/i.test(text)
    const dropped = /drop|denied|deny|block|prevent|reject|violation/i.test(`${text} ${pairs.get("fw_action")}`)
    return {
      fields: fieldsOf({
        ...side("source", from),
        ...side("destination", to),
        "network.transport": pairs.get("proto")?.split("/")[0],
        "user.name": pairs.get("usr") ?? pairs.get("user"),
        "rule.name": pairs.get("rule"),
        "url.domain": pairs.get("dstname"),
        ...looseUrl(pairs.get("arg") ?? ""),
        "http.request.method": httpVerb(pairs.get("op")),
        "host.name": pairs.get("sn"),
      }),
      time: stampOf(pairs.get("time") ?? ""),
      action: login
        ? "unknown"
        : dropped
          ? "blocked"
          : /opened|closed|forward/i.test(text) || /forward/i.test(pairs.get("fw_action") ?? "")
            ? "allowed"
            : "unknown",
      outcome: login ? (/success|allowed|logged in/i.test(text) ? "success" : outcomeOf(text)) : undefined,
      exchange: login ? "service" : undefined,
    }
  },
}

/** `203.0.113.9:51234:X1:host`, address, port, interface, name. */
function sonicEnd(text: string | undefined): ReturnType<typeof endpoint> {
  const match = /^(\d[\d.]+)(?::(\d{0,5}))?(?::.*)?$/.exec(text ?? "")
  return match ? endpoint(match[2] ? `${match[1]}:${match[2]}` : match[1]) : endpoint(text)
}

function httpVerb(op: string | undefined): string | undefined {
  return ({ "1": "GET", "2": "POST", "3": "HEAD" } as Readonly<Record<string, string>>)[op ?? ""]
}

const junos: MessageShape = {
  name: "juniper",
  title: "Juniper SRX",
  hint: /\bRT_(?:FLOW|IDP|UTM|SCREEN_\w+|IDS)|junos@2636/,
  parse(message) {
    const structured = pairMap(message)
    const plain = /session (?:created|closed|denied)[^/]{0,120}?([\da-fA-F.:]+)\/(\d+)->([\da-fA-F.:]+)\/(\d+)/.exec(message)
    const screen = /source: ([\da-fA-F.:]+?)(?::(\d+))?, destination: ([\da-fA-F.:]+?)(?::(\d+))?,/.exec(message)
    const found = plain ?? screen
    const [ip, port, to, toPort] = found
      ? found.slice(1)
      : [
          structured.get("source-address"),
          structured.get("source-port"),
          structured.get("destination-address"),
          structured.get("destination-port"),
        ]
    if (!isAddress(ip ?? "")) return undefined
    return {
      fields: fieldsOf({
        "source.ip": ip,
        "source.port": integer(port),
        "destination.ip": to,
        "destination.port": integer(toPort),
        "network.transport": transport(structured.get("protocol-id")),
        "rule.name": structured.get("policy-name") ?? structured.get("attack-name"),
        "user.name": structured.get("username"),
        ...looseUrl(structured.get("url") ?? ""),
      }),
      action: /DENY|denied|REJECT|DROP|SCREEN/i.test(message.slice(0, 600))
        ? "blocked"
        : /CREATE|CLOSE|created|closed|PERMIT/i.test(message.slice(0, 600))
          ? "allowed"
          : "unknown",
      ...(structured.has("session-id-32") && { connection: `junos:${structured.get("session-id-32")}` }),
    }
  },
}

const mikrotik: MessageShape = {
  name: "mikrotik",
  title: "MikroTik RouterOS",
  hint: /\b(?:in:\S+ out:|via (?:winbox|ssh|telnet|api|web|ftp)\b|(?:firewall|system|account|l2tp|pptp|ipsec|ppp|dhcp|dns),(?:info|error|warning|debug|critical))/,
  parse(message) {
    const flow = /\bproto ([\w-]+)(?: \([^)]*\))?, (\[?[\da-fA-F.:]+?\]?)(?::(\d+))?->(\[?[\da-fA-F.:]+?\]?)(?::(\d+))?(?:, |$)/.exec(
      message,
    )
    if (flow) {
      const [, protocol, from, fromPort, to, toPort] = flow
      const chain = /\b(input|forward|output|srcnat|dstnat|prerouting): in:(?:\([^)]*\)|\S+) out:/.exec(message)?.[1]
      const prefix = message.slice(0, message.indexOf(" in:"))
      return {
        fields: fieldsOf({
          "source.ip": from?.replace(/^\[|\]$/g, ""),
          "source.port": integer(fromPort),
          "destination.ip": to?.replace(/^\[|\]$/g, ""),
          "destination.port": integer(toPort),
          "network.transport": protocol?.toLowerCase(),
        }),
        direction: chain === "input" ? "inbound" : chain === "output" ? "outbound" : undefined,
        action: actionOf(prefix.replaceAll(/[-_]/g, " ")),
      }
    }
    const login = /(?:login failure for user|user) (\S{1,64})(?: logged (?:in|out))? from (\S{2,60}) via (\w+)/.exec(message)
    if (!login || !isAddress(login[2] as string)) return undefined
    return {
      fields: fieldsOf({ "source.ip": login[2], "user.name": login[1] }),
      outcome: /failure/.test(message) ? "failure" : "success",
      exchange: "service",
    }
  },
}

/** `date time action protocol src-ip dst-ip src-port dst-port …` (pfirewall.log); with its header it is read as W3C. */
const windowsFirewall: MessageShape = {
  name: "windows-firewall",
  title: "Windows Firewall (pfirewall.log)",
  hint: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:DROP|ALLOW|OPEN|CLOSE|INFO-EVENTS-LOST|OPEN-INBOUND) /,
  parse(message) {
    const cells = message.slice(0, 1000).split(" ")
    if (!isAddress(cells[4] ?? "")) return undefined
    const way = cells[16]
    return {
      fields: fieldsOf({
        "source.ip": cells[4],
        "destination.ip": cells[5],
        "source.port": integer(cells[6]),
        "destination.port": integer(cells[7]),
        "network.transport": cells[3]?.toLowerCase(),
      }),
      direction: way === "RECEIVE" ? "inbound" : way === "SEND" ? "outbound" : undefined,
      action: cells[2] === "DROP" ? "blocked" : "allowed",
    }
  },
}

/** Sophos, WatchGuard, Zyxel, Huawei and others that write plain pairs with an action. */
const plainFirewall: MessageShape = {
  name: "key-value",
  title: "Key=value firewall and appliance logs",
  hint: /\b(?:src|srcip|src_ip|saddr|source_ip|sourceip|srcaddr|clientip|client_ip)="?[\da-fA-F.:[]+.{0,2000}\b(?:dst|dstip|dst_ip|daddr|dest_ip|destination_ip|destip|dstaddr|serverip)="?[\da-fA-F.:[]+/i,
  parse(message, { head }) {
    const pairs = readPairs(message)
    const draft = plainDraft(pairs)
    if (draft.fields["source.ip"] === undefined || draft.fields["destination.ip"] === undefined) return undefined
    const said = sentenceDraft(message, head)
    return {
      ...said,
      fields: { ...said.fields, ...draft.fields },
      time: draft.time ?? said.time,
      exchange: said.exchange === "service" ? undefined : said.exchange,
    }
  },
}

function mapOf(pairs: readonly { readonly key: string; readonly value: string }[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>()
  for (const { key, value } of pairs) if (!map.has(key.toLowerCase())) map.set(key.toLowerCase(), value)
  return map
}

export function integer(text: FieldValue | undefined): number | undefined {
  return text !== undefined && /^\d{1,5}$/.test(String(text).trim()) ? Number(text) : undefined
}

export const firewallShapes: readonly MessageShape[] = [
  netfilter,
  filterlog,
  fortigate,
  paloAlto,
  sonicWall,
  junos,
  mikrotik,
  checkPoint,
  windowsFirewall,
]
export const plainFirewallShapes: readonly MessageShape[] = [plainFirewall]
