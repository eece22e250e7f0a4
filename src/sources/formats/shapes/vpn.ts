// VPN gateways: who came, and whether he was let in.

import { stampOf } from "../../time/stamp.js"
import { type Draft, fieldsOf } from "../draft.js"
import { endpoint, isAddress, side } from "../endpoint.js"
import { pairMap } from "../pairs.js"
import { sentenceDraft } from "../sentence.js"
import { actionOf, outcomeOf } from "../verdict.js"
import type { MessageShape } from "./shape.js"

const openvpn: MessageShape = {
  name: "openvpn",
  title: "OpenVPN",
  hint: /^(?:ovpn|openvpn)|\[AF_INET6?\]|\bTLS: Initial packet|\bPeer Connection Initiated|\bMULTI: |\bTLS (?:Auth )?Error:|\bAUTH_FAILED\b/,
  parse(message) {
    const named = /\[AF_INET6?\](?:::ffff:)?([\da-fA-F.:]+?):(\d{1,5})(?=[\s,)]|$)/.exec(message)
    const leading = /(?:^|\s)(?:([\w.@-]{1,64})\/)?(\d{1,3}(?:\.\d{1,3}){3}):(\d{1,5})\s/.exec(message.slice(0, 300))
    const [ip, port] = leading ? [leading[2], leading[3]] : [named?.[1], named?.[2]]
    if (!isAddress(ip ?? "")) return undefined
    const user = /\[([\w.@ -]{1,64})\] Peer Connection Initiated|username '([^']{1,64})'|peer info: IV_USER=(\S+)/.exec(message)
    const good = /Peer Connection Initiated|succeeded/.test(message)
    return {
      fields: fieldsOf({ "source.ip": ip, "source.port": Number(port), "user.name": user?.[1] ?? user?.[2] ?? leading?.[1] }),
      outcome: good ? "success" : /AUTH_FAILED|TLS (?:Auth )?Error|failed|rejected/i.test(message) ? "failure" : "unknown",
      exchange: "service",
    }
  },
}

const strongswan: MessageShape = {
  name: "strongswan",
  title: "strongSwan and Libreswan",
  hint: /^(?:charon|ipsec|pluto)|\b\d{1,2}\[(?:IKE|NET|ENC|CFG|MGR|KNL|CHD|LIB|JOB)\]/,
  parse(message) {
    const received = /received packet: from (\S+?)\[(\d+)\] to (\S+?)\[(\d+)\]/.exec(message)
    const sent = /sending packet: from (\S+?)\[(\d+)\] to (\S+?)\[(\d+)\]/.exec(message)
    const found = received ?? sent
    if (found) {
      // Peers answer each other on port 500 and 4500: the packet's own way says no more than that, but the remote is the other one.
      const [remote, own] = received
        ? [
            [1, 2],
            [3, 4],
          ]
        : [
            [3, 4],
            [1, 2],
          ]
      return {
        fields: fieldsOf({
          "source.ip": found[remote?.[0] as number],
          "source.port": Number(found[remote?.[1] as number]),
          "destination.ip": found[own?.[0] as number],
          "destination.port": Number(found[own?.[1] as number]),
          "network.transport": "udp",
        }),
        exchange: "service",
      }
    }
    const up = /IKE_SA .{0,80}established between (\S+?)\[([^\]]{0,128})\]\.\.\.(\S+?)\[([^\]]{0,128})\]/.exec(message)
    if (up && isAddress(up[3] as string))
      return {
        fields: fieldsOf({ "source.ip": up[3], "destination.ip": up[1], "user.name": up[4] }),
        outcome: "success",
        exchange: "service",
      }
    const peer =
      /(?:^|\s)([\da-fA-F.:]{3,45})(?:\[\d+\])? is initiating|(?:from|with|peer|to|host) '?([\da-fA-F.:]{3,45}?)'?(?:[[\s:,]|$)|\b(?:for|of) '[^']*' .{0,40}?([\d.]{7,15})/.exec(
        message,
      )
    const ip = peer?.[1] ?? peer?.[2] ?? peer?.[3]
    const user = /(?:EAP|XAuth|authentication) (?:.{0,40}?)(?:of|for|with) '([^']{1,128})'/.exec(message)?.[1]
    if (!isAddress(ip ?? "") && user === undefined) return undefined
    return {
      fields: fieldsOf({ ...(ip && isAddress(ip) ? { "source.ip": ip } : {}), "user.name": user }),
      outcome: outcomeOf(message),
      exchange: "service",
    }
  },
}

const ivanti: MessageShape = {
  name: "pulse-secure",
  title: "Pulse Secure and Ivanti Connect Secure",
  hint: /\bPulseSecure|\bJuniper: |\bvpn=\S+ .{0,80}\brealm=|\[[\d.]{7,15}\] [^\s()]{1,128}\([^)]{0,128}\)\[[^\]]{0,256}\] - /,
  parse(message) {
    const pairs = pairMap(message)
    const bracket = /\[([\d.]{7,15}|[\da-fA-F:]{3,45})\] ([^\s()]{1,128})\(([^)]{0,128})\)\[[^\]]{0,256}\] - /.exec(message)
    const ip = bracket?.[1] ?? pairs.get("src")
    if (!isAddress(ip ?? "")) return undefined
    const text = pairs.get("msg") ?? message
    const peer = /\bfrom (?:host: )?([\d.]{7,15})\b/.exec(text)?.[1]
    return {
      fields: fieldsOf({
        "source.ip": ip === "127.0.0.1" && peer ? peer : ip,
        "user.name": bracket?.[2] ?? pairs.get("user"),
        "user_agent.original": pairs.get("agent"),
        "destination.ip": pairs.get("dst"),
        "url.domain": pairs.get("dstname"),
        "event.code": /\b([A-Z]{3}\d{4,6})\b/.exec(text)?.[1],
      }),
      time: stampOf(pairs.get("time") ?? ""),
      outcome: /login (?:failed|denied)|reject|fail|denied/i.test(text)
        ? "failure"
        : /succeeded|login succeeded|session started|Primary authentication successful/i.test(text)
          ? "success"
          : outcomeOf(text),
      exchange: "service",
    }
  },
}

const synology: MessageShape = {
  name: "synology",
  title: "Synology DSM",
  hint: /\bUser \[[^\]]{1,128}\] from \[[^\]]{2,60}\]/,
  parse(message) {
    const match = /\bUser \[([^\]]{1,128})\] from \[([^\]]{2,60})\](.{0,300})/.exec(message)
    const from = endpoint(match?.[2])
    if (!match || (!from.ip && !from.domain)) return undefined
    return {
      fields: fieldsOf({ ...side("source", from), "user.name": match[1] }),
      outcome: /fail/i.test(match[3] as string) ? "failure" : /logged in|success/i.test(match[3] as string) ? "success" : "unknown",
      exchange: "service",
    }
  },
}

/** Citrix NetScaler, F5 and others: `Source 203.0.113.9:51234 - Destination 10.0.1.8:443 - …`. */
const netscaler: MessageShape = {
  name: "netscaler",
  title: "Citrix NetScaler and Gateway",
  hint: /\b(?:SSLVPN|TCP|AAA|SSLLOG|AAATM)\s+\w+ \d+ .{0,40}:\s|\bClient_ip\b|\bSource [\d.]+:\d+ - (?:Vserver|Destination)/,
  parse(message, { head }): Draft | undefined {
    const source = /\b(?:Source|Client_ip|ClientIP|Client) ([\da-fA-F.:]+?)(?::(\d{1,5}))?(?:\s|$)/.exec(message)
    const destination = /\bDestination ([\d.]+):(\d+)/.exec(message)
    if (!isAddress(source?.[1] ?? "")) return undefined
    return {
      fields: fieldsOf({
        "source.ip": source?.[1],
        "source.port": source?.[2] ? Number(source[2]) : undefined,
        "destination.ip": destination?.[1],
        "destination.port": destination ? Number(destination[2]) : undefined,
        "user.name": /\bUser (\S{1,128})/.exec(message)?.[1],
      }),
      outcome:
        sentenceDraft(message, head).outcome ??
        (/LOGIN_FAILED/.test(message) ? "failure" : /\bLOGIN\b/.test(message) ? "success" : "unknown"),
      exchange: destination ? undefined : "service",
    }
  },
}

const wireguard: MessageShape = {
  name: "wireguard",
  title: "WireGuard (kernel)",
  hint: /\bwireguard: /,
  parse(message) {
    const match = /\bpeer \d+ \(([\da-fA-F.:[\]]{3,60}?):(\d{1,5})\)|\bfrom ([\da-fA-F.:[\]]{3,60}?):(\d{1,5})(?:\s|$)/.exec(message)
    const ip = (match?.[1] ?? match?.[3])?.replace(/^\[|\]$/g, "")
    if (!isAddress(ip ?? "")) return undefined
    return {
      fields: fieldsOf({ "source.ip": ip, "source.port": Number(match?.[2] ?? match?.[4]), "network.transport": "udp" }),
      outcome: outcomeOf(message),
      action: actionOf(message),
      exchange: "service",
    }
  },
}

export const vpnShapes: readonly MessageShape[] = [openvpn, strongswan, wireguard, ivanti, synology, netscaler]
