// Name servers and resolvers: a question has an asker; an answer is a lookup without direction.

import { stampOf } from "../../time/stamp.js"
import { type Draft, fieldsOf } from "../draft.js"
import { endpoint, isAddress, side } from "../endpoint.js"
import type { MessageShape } from "./shape.js"

const bind: MessageShape = {
  name: "bind",
  title: "BIND",
  hint: /\bclient (?:@0x[\da-f]+ )?[\da-fA-F.:]+#\d+|\bqueries: |\bquery: \S+ IN [A-Z]/,
  parse(message) {
    const client = /\bclient (?:@0x[\da-f]+ )?([\da-fA-F.:]{3,45})#(\d{1,5})/.exec(message)
    const question =
      /\bquery(?: \(cache\))?:? '?([^\s'/]{1,255})(?:'|\/|\s)(?:IN\s)?\/?(\w+)?/.exec(message) ?? /\(([^()\s]{1,255})\):/.exec(message)
    if (!client && !question) return undefined
    const denied = /\bdenied\b|REFUSED|rate limit (?:drop|slip)/i.test(message)
    return {
      fields: fieldsOf({
        "source.ip": client?.[1],
        "source.port": client ? Number(client[2]) : undefined,
        "dns.question.name": question?.[1]?.replace(/'$/, ""),
        "dns.question.type": /\bIN (\w+)/.exec(message)?.[1],
      }),
      action: denied ? "blocked" : "unknown",
      exchange: isReverse(question?.[1]) ? "lookup" : "question",
    }
  },
}

const dnsmasq: MessageShape = {
  name: "dnsmasq",
  title: "dnsmasq and Pi-hole",
  hint: /^(?:dnsmasq|pihole|pihole-FTL)\b|\bdnsmasq(?:-dhcp)?(?:\[\d+\])?: |\bquery\[[\w=]+\] \S+ from |\b(?:reply|cached|forwarded|gravity blocked|config|regex blacklisted|blacklisted|exactly denied|regex denied) \S+ (?:is|to) /,
  parse(message) {
    const text = message.replace(/^.*?\bdnsmasq(?:-dhcp)?(?:\[\d+\])?: (?:\d+ )?/, "").replace(/^(?:\d+ )?[\d.:a-fA-F]+\/\d+ /, "")
    const question = /\bquery\[([\w=]+)\] (\S{1,255}) from (\S{2,60})/.exec(text)
    if (question)
      return {
        fields: fieldsOf({ "source.ip": question[3], "dns.question.name": question[2], "dns.question.type": question[1] }),
        exchange: isReverse(question[2]) ? "lookup" : "question",
      }
    const forwarded = /\bforwarded (\S{1,255}) to (\S{2,60})/.exec(text)
    if (forwarded)
      return {
        fields: fieldsOf({ "dns.question.name": forwarded[1], "destination.ip": endpoint(forwarded[2]).ip }),
        direction: isReverse(forwarded[1]) ? "unknown" : "outbound",
      }
    const answer =
      /\b(reply|cached|config|gravity blocked|\/etc\/\S+|\/\S+|regex (?:blacklisted|denied)|blacklisted|exactly (?:blacklisted|denied)|Rate-limiting|DHCP) (\S{1,255}) is (\S{1,255})/.exec(
        text,
      )
    if (answer) {
      const blocked = /block|blacklist|denied/.test(answer[1] as string)
      return {
        fields: fieldsOf({ "dns.question.name": answer[2], "dns.answers.data": answer[3] }),
        exchange: "lookup",
        action: blocked ? "blocked" : "unknown",
      }
    }
    const lease = /\bDHCP(?:ACK|REQUEST|OFFER|DISCOVER)\(\w+\) (?:([\d.]+) )?([\da-f:]{17})(?: (\S+))?/.exec(text)
    return lease ? { fields: fieldsOf({ "source.ip": lease[1], "source.mac": lease[2], "host.name": lease[3] }) } : undefined
  },
}

const unbound: MessageShape = {
  name: "unbound",
  title: "Unbound",
  hint: /^unbound\b|\bunbound\[\d+/,
  parse(message) {
    const match = /\b(?:info|debug|notice|query|reply): (?:\S+ )??([\da-fA-F.:]{3,45}) (\S{1,255}\.) ([A-Z]\w{0,9}) IN(?: (\w+))?/.exec(
      message,
    )
    const local = /\binfo: (\S{1,255}\.) (\w+) ([\da-fA-F.:]{3,45})@(\d+) (\S{1,255}\.) ([A-Z]\w*) IN/.exec(message)
    if (local)
      return {
        fields: fieldsOf({ "source.ip": local[3], "source.port": Number(local[4]), "dns.question.name": local[5] }),
        exchange: "question",
        action: /deny|refuse|nxdomain|static/.test(local[2] as string) ? "blocked" : "unknown",
      }
    if (!match || !isAddress(match[1] as string)) return undefined
    return {
      fields: fieldsOf({ "source.ip": match[1], "dns.question.name": match[2], "dns.question.type": match[3] }),
      exchange: isReverse(match[2]) ? "lookup" : "question",
    }
  },
}

/** `PACKET … Rcv 10.0.0.7 0001 Q [0001 D NOERROR] A (4)evil(7)example(0)`. */
const windowsDns: MessageShape = {
  name: "windows-dns",
  title: "Windows DNS debug log",
  hint: /\bPACKET\s.{0,80}\b(?:Rcv|Snd)\s/,
  parse(message) {
    const match =
      /\bPACKET\s+(?:[0-9A-Fa-f]{8,16}\s+)?(UDP|TCP)\s+(Rcv|Snd)\s+(\S{2,60})\s+(?:[0-9a-fA-F]{4}\s+)?(R?)\s*([QNUX?])?\s*\[[^\]]{0,80}\]\s+(\w+)\s+((?:\(\d{1,2}\)[^\s()]*)+)/.exec(
        message.slice(0, 2000),
      )
    if (!match) return undefined
    const [, protocol, way, peer, response, , type, name] = match
    // Rcv of a question comes from a client; its answer, Snd R, goes back there. Snd of a question goes to another server.
    const toServer = (way === "Snd") === (response === "")
    const far = toServer ? side("destination", endpoint(peer)) : side("source", endpoint(peer))
    const dotted = (name as string).replace(/\((\d{1,2})\)/g, ".").replace(/^\.|\.$/g, "")
    return {
      fields: fieldsOf({ ...far, "dns.question.name": dotted, "dns.question.type": type, "network.transport": protocol?.toLowerCase() }),
      exchange: isReverse(dotted) || response === "R" ? "lookup" : toServer ? undefined : "question",
      direction: toServer && response !== "R" && !isReverse(dotted) ? "outbound" : undefined,
    } satisfies Draft
  },
}

/** PowerDNS, Knot and dnsdist: `question for 'evil.example|A' from 10.0.0.7`. */
const powerdns: MessageShape = {
  name: "powerdns",
  title: "PowerDNS",
  hint: /\b(?:question (?:for|answered)|Remote [\d.:a-fA-F]+ wants)\b/,
  parse(message) {
    const wants = /\bRemote ([\d.:a-fA-F]{3,45}) wants '([^'|]{1,255})/.exec(message)
    const question = /\bquestion (?:for|answered .{0,20}for) '([^'|]{1,255})\|?(\w+)?' from ([\d.:a-fA-F]{3,45})/.exec(message)
    const [peer, name] = wants ? [wants[1], wants[2]] : [question?.[3], question?.[1]]
    const from = endpoint(peer)
    return from.ip ? { fields: fieldsOf({ ...side("source", from), "dns.question.name": name }), exchange: "question" } : undefined
  },
}

/** AdGuard Home's debug log and Technitium: `203.0.113.9:53000` before a question. */
const technitium: MessageShape = {
  name: "technitium",
  title: "Technitium DNS",
  hint: /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: UTC| Local)?\] \[[^\]]{3,60}\]/,
  parse(message) {
    const match = /^\[([^\]]{19,30})\] \[([^\]]{3,60})\] (?:\[([^\]]{1,60})\] )?(.{0,2000})/.exec(message)
    const from = endpoint(match?.[2])
    if (!match || !from.ip) return undefined
    const question = /\bQNAME: ([^;\s]{1,255})/.exec(match[4] as string)?.[1]
    const login = /password|login|logged/i.test(match[4] as string)
    return {
      fields: fieldsOf({
        ...side("source", from),
        "dns.question.name": question,
        "user.name": /\bfor user: (\S{1,128})/.exec(message)?.[1],
      }),
      time: stampOf(match[1] as string),
      exchange: question ? "question" : "service",
      outcome: login ? (/[Ii]nvalid|fail/.test(message) ? "failure" : "success") : undefined,
    }
  },
}

function isReverse(name: string | undefined): boolean {
  return name !== undefined && /\.(?:in-addr|ip6)\.arpa\.?'?$/i.test(name)
}

export const resolverShapes: readonly MessageShape[] = [dnsmasq, windowsDns, bind, unbound, powerdns, technitium]
