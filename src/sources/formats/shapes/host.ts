// What hosts say about logins: sshd, PAM, sudo, su, auditd, fail2ban and their kin.
import { stampOf } from "../../time/stamp.js"
import { type Draft, fieldsOf } from "../draft.js"
import { endpoint, isAddress, side } from "../endpoint.js"
import { pairMap } from "../pairs.js"
import { outcomeOf } from "../verdict.js"
import type { MessageShape } from "./shape.js"

const sshPrograms = /^(?:sshd|sshd-session|sshd-auth|dropbear|internal-sftp)\b/
const sshWords =
  /\b(?:Accepted|Failed|Postponed|Partial) (?:password|publickey|keyboard-interactive\S*|none|gssapi-\S+|hostbased|certificate) for |\b(?:Invalid|Illegal) user |\bConnection (?:closed|reset|from)\b.{0,80}\bport \d|\b(?:Received d|D)isconnect(?:ed)? from |\bDid not receive identification|\bUnable to negotiate with |\bBad protocol version|\breverse mapping checking|\bAddress [\d.]+ maps to|\bmaximum authentication attempts|\bnot allowed because|\bDisconnecting\b.{0,60}\[preauth\]|\bbanner exchange|\bTimeout before authentication for/

const sshPeer =
  /\b(?:from|by|with|Address|user \S{0,128}|authentication for|for \S{1,128}|closed by|reset by) (?:invalid user \S{0,128} |authenticating user \S{0,128} |user \S{0,128} )?<?(\[?[\da-fA-F.:%]{2,60}\]?|[A-Za-z0-9][\w-]*(?:\.[\w-]+)+)>?(?: port (\d{1,5})|:(\d{1,5}))?(?=[\s:,;[\]]|$)/g

const sshd: MessageShape = {
  name: "sshd",
  title: "OpenSSH and Dropbear",
  hint: new RegExp(`${sshPrograms.source}|${sshWords.source}`),
  parse(message, { head }) {
    const ssh = sshPrograms.test(head.program ?? "") || /\bsshd?(?:-session)?\[\d+\]:/.test(message)
    if (!ssh && !sshWords.test(message)) return undefined
    if (!ssh && !/\bssh2?\b|\bport \d+|\[preauth\]|publickey/.test(message)) return undefined
    const rhost = /\brhost=(\S{1,253})/.exec(message)?.[1]
    const client = rhost === undefined ? remoteOf(message) : endpoint(rhost)
    if (!client.ip && !client.domain) return undefined
    const local = /\bon ([\da-fA-F.:]{3,45}) port (\d{1,5})/.exec(message)
    const accepted = /\bAccepted \S+ for |session opened/.test(message)
    const failed =
      /\b(?:Failed|[Ii]nvalid|[Ii]llegal|failure|not allowed|maximum authentication|Timeout before|Unable to negotiate|Bad protocol|POSSIBLE BREAK-IN|error|Did not receive|preauth)\b/.test(
        message,
      )
    return {
      fields: fieldsOf({
        ...side("source", client),
        "user.name": sshUser(message),
        ...(local ? { "destination.ip": local[1], "destination.port": Number(local[2]) } : {}),
      }),
      outcome: accepted ? "success" : failed ? "failure" : "unknown",
      exchange: "service",
    }
  },
}

/** The last `from … port …` is sshd's own: what stands before may be a user name made to look like one. */
function remoteOf(message: string): ReturnType<typeof endpoint> {
  const text = message.slice(0, 1000)
  let found: ReturnType<typeof endpoint> = {}
  for (const match of text.matchAll(sshPeer)) {
    const end = endpoint((match[1] as string).replace(/[.:]$/, "").replace(/^\[|\]$/g, ""))
    if (!end.ip && !end.domain) continue
    const port = match[2] ?? match[3]
    if (end.ip || !found.ip) found = { ...end, ...(port && { port: Number(port) }) }
  }
  return found
}

function sshUser(message: string): string | undefined {
  const match =
    /\bfor (?:invalid user |illegal user )?(\S{1,128}) from |\b(?:[Ii]nvalid|[Ii]llegal) user (\S{1,128}) from|\b(?:authenticating|invalid) user (\S{1,128}) |\buser[= ](\S{1,128})(?: from|$|\s)/.exec(
      message,
    )
  return match?.[1] ?? match?.[2] ?? match?.[3] ?? match?.[4]
}

const pam: MessageShape = {
  name: "pam",
  title: "PAM, sudo, su, login",
  hint: /\bpam_\w+\(|^(?:sudo|su|login|systemd-logind|gdm|polkitd)\b|\brhost=|\bTTY=\S+ ; PWD=/,
  parse(message) {
    const pairs = pairMap(message)
    const rhost = endpoint(pairs.get("rhost"))
    const sudo = /^\s*(\S{1,64}) : (?:.{0,80} ; )?TTY=/.exec(message)
    if (!rhost.ip && !rhost.domain && !sudo && !/\bpam_\w+\([\w-]+:\w+\)/.test(message)) return undefined
    return {
      fields: fieldsOf({
        ...side("source", rhost),
        "user.name": sudo?.[1] ?? (pairs.get("user") || pairs.get("ruser")) ?? /\bfor user (\S{1,64})/.exec(message)?.[1],
        "process.command_line": /\bCOMMAND=(.{1,2000})$/.exec(message)?.[1],
      }),
      outcome: /failure|failed|unknown|incorrect|error/i.test(message)
        ? "failure"
        : /session opened|accepted|success/i.test(message)
          ? "success"
          : "unknown",
      exchange: "service",
    }
  },
}

const auditd: MessageShape = {
  name: "auditd",
  title: "Linux audit",
  hint: /\btype=[A-Z_0-9]+ msg=audit\(\d/,
  parse(message) {
    const stamp = /\bmsg=audit\((\d{10}\.\d{1,3}):(\d+)\)/.exec(message)
    if (!stamp) return undefined
    // The quoted msg='…' of user messages holds the pairs that matter.
    const pairs = pairMap(message.replaceAll("'", " "))
    const saddr = sockaddr(pairs.get("saddr"))
    const address = endpoint(pairs.get("addr") === "?" ? undefined : pairs.get("addr"))
    const host = pairs.get("hostname")
    const result = pairs.get("res") ?? pairs.get("success")
    return {
      fields: fieldsOf({
        ...(saddr ? side("destination", saddr) : {}),
        ...side("source", address),
        ...(host && host !== "?" && !isAddress(host) ? { "source.domain": host } : {}),
        "user.name": pairs.get("acct") ?? pairs.get("auid"),
        "process.executable": pairs.get("exe"),
        "process.command_line": hexText(pairs.get("proctitle") ?? pairs.get("cmd")),
        "event.action": pairs.get("type"),
      }),
      time: stampOf(stamp[1] as string),
      outcome:
        result === undefined
          ? "unknown"
          : /^(?:success|yes|1)$/i.test(result)
            ? "success"
            : /^(?:failed|no|0)$/i.test(result)
              ? "failure"
              : "unknown",
      exchange: address.ip ? "service" : undefined,
      direction: saddr && !address.ip ? "outbound" : undefined,
      connection: `audit:${stamp[1]}:${stamp[2]}`,
    }
  },
}

/** `saddr=` is a struct sockaddr in hex: family, port, address. */
function sockaddr(hex: string | undefined): { readonly ip: string; readonly port: number } | undefined {
  if (hex === undefined || !/^[0-9A-Fa-f]{16,128}$/.test(hex)) return undefined
  const port = Number.parseInt(hex.slice(4, 8), 16)
  if (/^0200/i.test(hex)) return { ip: [8, 10, 12, 14].map((from) => Number.parseInt(hex.slice(from, from + 2), 16)).join("."), port }
  if (!/^0A00/i.test(hex) || hex.length < 48) return undefined
  return { ip: (hex.slice(16, 48).match(/.{4}/g) ?? []).join(":").toLowerCase(), port }
}

function hexText(text: string | undefined): string | undefined {
  if (text === undefined || !/^(?:[0-9A-F]{2}){3,2000}$/.test(text)) return text
  return (text.match(/../g) ?? [])
    .map((pair) => String.fromCharCode(Number.parseInt(pair, 16)))
    .join("")
    .replaceAll("\0", " ")
}

/** Programs that watch logs and ban: what they name was seen, and is now blocked. */
const fail2ban: MessageShape = {
  name: "fail2ban",
  title: "fail2ban, CSF/lfd, SSHGuard, CrowdSec",
  hint: /\bfail2ban\b|^lfd\b|\blfd\[\d+\]|\bsshguard\b|\[[\w-]+\] (?:Ban|Unban|Found|Restore Ban|Ignore) [\d.:a-fA-F]+|\*Blocked in csf\*|\bto (?:the )?(?:denylist|blacklist|blocklist)\b/,
  parse(message) {
    const match =
      /\b(?:Ban|Unban|Found|Ignore|Blocking|from|blocked|Attack from|Restore Ban|host\/network)\s+"?([\da-fA-F.:]{3,45})(?=[\s"(,/:]|$)/.exec(
        message,
      )
    if (!match || !isAddress(match[1] as string)) return undefined
    const blocked = /\b(?:Ban|Blocking|\*Blocked|denylist|blacklist|blocklist)/.test(message) && !/Unban/.test(message)
    return {
      fields: fieldsOf({ "source.ip": match[1], "rule.name": /\[([\w-]{1,64})\] (?:Ban|Unban|Found|Restore|Ignore)/.exec(message)?.[1] }),
      action: blocked ? "blocked" : "unknown",
      outcome: outcomeOf(message),
      exchange: "service",
    } satisfies Draft
  },
}

/** `id [stamp] user session address module script "action" …`. */
const webmin: MessageShape = {
  name: "webmin",
  title: "Webmin",
  hint: /^\d{10}\.[\d.]+ \[\d{1,2}\/[A-Z][a-z]{2}\/\d{4} /,
  parse(message) {
    const match = /^(\d{10})\.[\d.]+ \[[^\]]{18,30}\] (\S{1,128}) (\S{1,64}) (\S{2,60}) (\S+) (\S+) "([^"]{0,64})"/.exec(message)
    if (!match || !isAddress(match[4] as string)) return undefined
    return {
      fields: fieldsOf({ "source.ip": match[4], "user.name": match[2], "event.action": match[7] }),
      time: stampOf(match[1] as string),
      outcome: match[7] === "failed" ? "failure" : match[7] === "successful" ? "success" : "unknown",
      exchange: "service",
    }
  },
}

export const hostShapes: readonly MessageShape[] = [auditd, sshd, fail2ban, webmin, pam]
