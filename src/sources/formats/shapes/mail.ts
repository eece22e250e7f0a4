// Mail servers: who connected, envelope addresses, where mail went.

import { stampOf } from "../../time/stamp.js"
import { splitCsv } from "../csv-line.js"
import { type Draft, fieldsOf, type Loose } from "../draft.js"
import { type Endpoint, endpoint, isAddress, side } from "../endpoint.js"
import { outcomeOf } from "../verdict.js"
import type { MessageShape } from "./shape.js"

const bracketed = /(?<![\w.-])([A-Za-z0-9_][\w.-]{0,253})?\[(?:IPv6:)?([\da-fA-F.:]{3,45})\](?::(\d{1,5}))?/

/** `host.example[203.0.113.9]:25`. */
function bracketEnd(text: string | undefined): Endpoint & { readonly name?: string } {
  const match = bracketed.exec(text?.slice(0, 600) ?? "")
  if (!match || !isAddress(match[2] as string)) return {}
  return {
    ip: match[2] as string,
    ...(match[3] && { port: Number(match[3]) }),
    ...(match[1] && match[1] !== "unknown" && { name: match[1] }),
  }
}

function envelope(message: string): Loose {
  return {
    "email.from.address": /\bfrom=<([^>]{1,320})>/.exec(message)?.[1],
    "email.to.address": /\b(?:to|orig_to)=<([^>]{1,320})>/.exec(message)?.[1],
  }
}

const postfix: MessageShape = {
  name: "postfix",
  title: "Postfix",
  hint: /^postfix\b|\bpostfix(?:-\w+)?\/[\w/-]+(?:\[\d+\])?:|\bNOQUEUE: (?:reject|milter-reject|filter)|\bclient=\S+\[|\bstatus=(?:sent|bounced|deferred|expired) |^[0-9A-F]{6,15}: (?:from|to|client|message-id)=<|^(?:dis)?connect from \S+\[|^(?:warning: )?\S+\[[\d.:a-fA-F]+\]: SASL |^[0-9A-Za-z]{6,20}: (?:from|to|client)=/,
  parse(message) {
    const text = message.replace(/^postfix\/[\w/-]+(?:\[\d+\])?:\s*/, "")
    const relay = /\brelay=([^,\s]{1,300})/.exec(text)?.[1]
    const client = bracketEnd(/(?:\bfrom |\bclient=|\bwarning: |\bsent to )([^\s,;[]{0,253}\[[^\]\s]{3,45}\](?::\d{1,5})?)/.exec(text)?.[1])
    const to = relay === undefined || relay === "none" ? {} : bracketEnd(relay)
    const status = /\bstatus=(\w+)/.exec(text)?.[1]
    const reject = /\b(?:milter-)?reject:|rejected/.test(text)
    const sasl = /\bSASL \w+ authentication failed/.test(text)
    const login = /\bsasl_username=(\S{1,320})/.exec(text)?.[1]
    return {
      fields: fieldsOf({
        ...side("source", client),
        ...(client.name ? { "source.domain": client.name } : {}),
        ...side("destination", to),
        ...(to.name ? { "destination.domain": to.name } : {}),
        ...envelope(text),
        "user.name": login?.replace(/,$/, ""),
        "email.helo": /\bhelo=<([^>]{1,253})>/.exec(text)?.[1],
        "email.subject": /\bheader Subject: (.{1,300}?)(?: from |;)/.exec(text)?.[1],
      }),
      action: reject ? "blocked" : "unknown",
      outcome: sasl ? "failure" : status === undefined ? (login ? "success" : undefined) : status === "sent" ? "success" : "failure",
      exchange: to.ip ? undefined : "service",
      direction: to.ip ? "outbound" : undefined,
    } satisfies Draft
  },
}

const exim: MessageShape = {
  name: "exim",
  title: "Exim",
  hint: /\b\w{6}-\w{6,11}-\w{2,4} (?:<=|=>|->|>>|\*\*|==|Completed)|\bH=(?:\([^)]*\)|\S+)? ?(?:\([^)]*\) )?\[[\da-fA-F.:]+\]|\brejected (?:RCPT|connection|EHLO|HELO|after|MAIL)\b|\bauthenticator failed for /,
  parse(message) {
    const host =
      /\b(?:H=|authenticator failed for |connection from |from )(?:([\w.-]{1,253}) )?(?:\(([^)]{0,253})\) )?\[([\da-fA-F.:]{3,45})\](?::(\d{1,5}))?/.exec(
        message,
      )
    if (!host || !isAddress(host[3] as string)) return undefined
    const delivery = /(?:=>|->|\*\*|==) (?:\S{1,320} <(?=[^\s<>]{1,320}>))?([^\s<>]{1,320})/.exec(message.slice(0, host.index))
    const arrival = /<= (\S{1,320})/.exec(message)
    const end = { ip: host[3] as string, ...(host[4] && { port: Number(host[4]) }) }
    const out = delivery !== null && arrival === null
    return {
      fields: fieldsOf({
        ...side(out ? "destination" : "source", end),
        [out ? "destination.domain" : "source.domain"]: host[1],
        "email.helo": host[2],
        "email.from.address": arrival?.[1] ?? /\bF=<([^>]{1,320})>/.exec(message)?.[1],
        "email.to.address": out
          ? delivery?.[1]
          : (/\b(?:rejected RCPT|RCPT TO:?) <([^>]{1,320})>/.exec(message)?.[1] ?? / for (\S+@\S+)$/.exec(message)?.[1]),
        "user.name": /\bset_id=([^)\s]{1,128})/.exec(message)?.[1],
      }),
      action: /\brejected\b/.test(message) ? "blocked" : "unknown",
      outcome: /authenticator failed|\*\*/.test(message) ? "failure" : arrival || /=>/.test(message) ? "success" : undefined,
      exchange: out ? undefined : "service",
      direction: out ? "outbound" : undefined,
    } satisfies Draft
  },
}

const dovecot: MessageShape = {
  name: "dovecot",
  title: "Dovecot, Courier, Cyrus",
  hint: /^(?:dovecot|auth|imapd?|pop3d?)\b|\bdovecot\b|\b(?:imap|pop3|submission|managesieve|sieve)-login: |\brip=|\bauth(?:-worker)?(?:\(\d+\))?: /,
  parse(message) {
    const rip = /\brip=(?:\[?)([\da-fA-F.:]{3,45})/.exec(message)?.[1]
    const auth =
      /\b(?:pam|passwd(?:-file)?|sql|ldap|static|passdb|shadow|plain|login|cram-md5|lua|checkpassword)\(([^,()?]{0,320})(?:,([\da-fA-F.:]{3,45}))?(?:,<?[^)]*>?)?\)/i.exec(
        message,
      )
    const ip = rip ?? auth?.[2]
    if (!isAddress(ip ?? "")) return undefined
    return {
      fields: fieldsOf({
        "source.ip": ip,
        "destination.ip": /\blip=([\da-fA-F.:]{3,45})/.exec(message)?.[1],
        "source.port": Number(/\brport=(\d{1,5})/.exec(message)?.[1]) || undefined,
        "user.name": /\buser=<([^>]{1,320})>/.exec(message)?.[1] ?? auth?.[1],
      }),
      outcome:
        /\bauth failed|\bunknown user|password mismatch|Authentication failure|Aborted login|failed|no auth attempts|Login aborted/i.test(
          message,
        )
          ? "failure"
          : /\b(?:Login|Logged in): user=/.test(message)
            ? "success"
            : "unknown",
      exchange: "service",
    }
  },
}

/** `date-time,session,sequence,local,remote,user,…` of Exchange's IMAP and POP logs without their header. */
const exchangeImap: MessageShape = {
  name: "exchange-imap",
  title: "Exchange IMAP and POP",
  hint: /^\d{4}-\d\d-\d\dT[\d:.]+Z,[0-9A-F]{12,20},\d+,\S+:\d+,\S+:\d+,/,
  parse(message) {
    const cells = splitCsv(message.slice(0, 8192), ",", 40)
    return {
      fields: fieldsOf({ ...side("destination", endpoint(cells[3])), ...side("source", endpoint(cells[4])), "user.name": cells[5] }),
      time: stampOf(cells[0] ?? ""),
      outcome: /failed|NO |Denied|-ERR/.test(cells.slice(9).join(" ")) ? "failure" : /"?R=(?:ok|OK)/.test(message) ? "success" : "unknown",
      exchange: "service",
    }
  },
}

/** Filters behind a mail server: amavis, rspamd, MailScanner, sendmail. */
const filters: MessageShape = {
  name: "mail-filter",
  title: "amavis, MailScanner, sendmail",
  hint: /^(?:amavis|MailScanner|sendmail|sm-mta|spamd)\b|\bamavis\[|\bMessage \S+ from [\d.]+ \(|\brelay=\S+ \[/,
  parse(message) {
    const scanned = /\bMessage \S{1,64} from ([\da-fA-F.:]{3,45}) \(([^)\s]{0,320})\) to (\S{1,320}) is (.{0,120})/.exec(message)
    if (scanned && isAddress(scanned[1] as string))
      return {
        fields: fieldsOf({ "source.ip": scanned[1], "email.from.address": scanned[2], "email.to.address": scanned[3] }),
        exchange: "service",
      }
    const client = /\[([\da-fA-F.:]{3,45})\](?::(\d+))?(?: \[([\da-fA-F.:]{3,45})\])? <([^>]{0,320})> -> (?:<([^>]{0,320})>)?/.exec(message)
    if (client && isAddress(client[1] as string)) {
      return {
        fields: fieldsOf({ "source.ip": client[3] ?? client[1], "email.from.address": client[4], "email.to.address": client[5] }),
        action: /\bBlocked\b/.test(message) ? "blocked" : /\bPassed\b/.test(message) ? "allowed" : "unknown",
        exchange: "service",
      }
    }
    const relay = /\brelay=(?:([\w.-]{1,253})\.? )?\[([\da-fA-F.:]{3,45})\]/.exec(message)
    if (!relay || !isAddress(relay[2] as string)) return undefined
    const out = /\bto=/.test(message)
    return {
      fields: fieldsOf({
        [out ? "destination.ip" : "source.ip"]: relay[2],
        [out ? "destination.domain" : "source.domain"]: relay[1],
        ...envelope(message),
      }),
      outcome: /\bstat=Sent/.test(message) ? "success" : outcomeOf(/\b(?:stat|reject)=(.{0,120})/.exec(message)?.[1]),
      direction: out ? "outbound" : undefined,
      exchange: "service",
    }
  },
}

export const mailShapes: readonly MessageShape[] = [exchangeImap, filters, postfix, exim, dovecot]
