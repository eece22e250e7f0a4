// Proxies, load balancers and web servers that write other than CLF: Squid, HAProxy, ALB, error logs, CloudFront.
import { stampOf } from "../../time/stamp.js"
import { type Draft, fieldsOf } from "../draft.js"
import { endpoint, isAddress, side } from "../endpoint.js"
import { hostFields, request, requestLine } from "../request.js"
import { sentenceDraft } from "../sentence.js"
import { outcomeOf, statusOutcome } from "../verdict.js"
import type { MessageShape } from "./shape.js"

/** `time elapsed client code/status bytes method URL user hierarchy/peer type` (Squid native). */
const squid: MessageShape = {
  name: "squid",
  title: "Squid",
  hint: /\b(?:TCP|UDP|NONE|TAG|ERR)_?\w*\/\d{3} \d+ [A-Z_-]+ \S+ /,
  parse(message) {
    const match =
      /(?:^|\s)(?:(\d{9,10}\.\d{1,6})\s+)?(-?\d+)\s+(\S+)\s+((?:TCP|UDP|NONE|TAG|ERR)\w*)\/(\d{3})\s+(\d+)\s+([A-Z_-]+)\s+(\S+)\s+(\S+)\s+(\S+?)\/(\S+)/.exec(
        message.slice(0, 20_000),
      )
    if (!match) return undefined
    const [, time, , client, code, status, , method, target, user, , peer] = match
    const asked = request(method, target as string)
    const denied = /DENIED/.test(code as string)
    return {
      fields: fieldsOf({
        ...side("source", endpoint(client)),
        ...side("destination", endpoint(peer)),
        "user.name": user,
        ...asked.fields,
        "http.response.status_code": Number(status),
      }),
      time: time === undefined ? undefined : stampOf(time),
      exchange: "proxy",
      action: denied ? "blocked" : "allowed",
      // 000 is a client that left before the answer.
      outcome: denied ? "failure" : statusOutcome(status),
    }
  },
}

/** `client:port [time] frontend backend/server timings status bytes … "request"`, or the TCP form without status. */
const haproxy: MessageShape = {
  name: "haproxy",
  title: "HAProxy",
  hint: /(?:^|\s)\S+:\d{1,5} \[\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d\.\d+\] \S+ /,
  parse(message) {
    const match =
      /(?:^|\s)(\S+:\d{1,5}) \[(\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d\.\d+)\] (\S+) (\S+)(?: ([-\d/+]+) (?:(-?\d{1,3}) )?\+?(\d+))?/.exec(
        message.slice(0, 2000),
      )
    const client = endpoint(match?.[1])
    if (!match || !client.ip) return undefined
    const line = /"([A-Z]+ [^"]{1,16000})"\s*$/.exec(message)?.[1]
    const asked = line === undefined ? undefined : requestLine(line)
    const captured = /\{([^{}|]{1,253})(?:\|([^{}|]{0,1000}))?(?:\|[^{}]*)?\}/.exec(message)
    const status = match[6]
    return {
      fields: fieldsOf({
        ...side("source", client),
        ...(asked?.fields ?? {}),
        ...(captured && endpoint(captured[1]).domain ? hostFields(captured[1]) : {}),
        "http.response.status_code": status === undefined || status === "-1" ? undefined : Number(status),
        "observer.name": match[3]?.replace("~", ""),
      }),
      time: stampOf(match[2] as string),
      exchange: asked?.proxied ? "proxy" : "service",
      action: asked?.proxied ? "allowed" : "unknown",
      outcome:
        status === undefined
          ? /: (?:SSL handshake failure|Connection closed|Timeout)/.test(message)
            ? "failure"
            : undefined
          : statusOutcome(status),
    }
  },
}

/** `[type] time balancer client:port target:port … status … "request" "agent"` (AWS ALB and classic ELB). */
const loadBalancer: MessageShape = {
  name: "aws-elb",
  title: "AWS ALB, NLB and classic ELB",
  hint: /^(?:(?:https?|h2|grpcs?|wss?|tls)\s(?:\d\.\d )?)?\d{4}-\d\d-\d\dT[\d:.]+Z? \S+ (?:\S+ )?\S+:\d+ (?:\S+:\d+|-) /,
  parse(message) {
    const match =
      /^(?:(https?|h2|grpcs?|wss?|tls)\s(?:\d\.\d )?)?(\S+) (\S+) (?:(?!\S+:\d)\S+ )?(\S+:\d+) (\S+:\d+|-) (.{0,200}?)"([^"]{1,16000})"(?: "([^"]{0,4000})")?/.exec(
        message.slice(0, 24_000),
      )
    const client = endpoint(match?.[4])
    if (!match || !client.ip) return sni(message)
    const status = /(?:-?[\d.]+ ){2,3}(\d{3}|-) /.exec(match[6] as string)?.[1]
    const asked = requestLine((match[7] as string).replace(/ - $/, ""))
    return {
      fields: fieldsOf({
        ...side("source", client),
        ...side("destination", endpoint(match[5])),
        ...(asked?.fields ?? {}),
        "user_agent.original": match[8],
        "http.response.status_code": status === "-" ? undefined : Number(status),
        "observer.name": match[3],
        "tls.client.server_name": /" "Root=[^"]*" "([\w.-]+)"/.exec(message)?.[1],
      }),
      time: stampOf(match[2] as string),
      exchange: "service",
      outcome: status === undefined ? undefined : statusOutcome(status),
    }
  },
}

/** Network load balancers log no request but the TLS server name. */
function sni(message: string): Draft | undefined {
  const cells = message.slice(0, 4000).split(" ")
  const at = cells.findIndex((cell) => endpoint(cell).ip !== undefined && endpoint(cell).port !== undefined)
  if (at < 0 || cells[0] !== "tls") return undefined
  const name = cells
    .slice(at + 2)
    .find((cell) => endpoint(cell).domain !== undefined && /\.[a-z]{2,}$/.test(cell) && !cell.startsWith("arn:"))
  return {
    fields: fieldsOf({
      ...side("source", endpoint(cells[at])),
      ...side("destination", endpoint(cells[at + 1])),
      "tls.client.server_name": name,
    }),
    time: stampOf(cells[2] ?? ""),
    exchange: "service",
  }
}

const errorLog: MessageShape = {
  name: "web-error",
  title: "nginx and Apache error logs, ModSecurity",
  hint: /\[(?:client|Client|remote) [\da-fA-F.:[\]]+\]|, client: [\da-fA-F.:]+, server: |\bclient: [\da-fA-F.:]+(?:,|$)/,
  parse(message, { head }) {
    const ip = /\[(?:client|remote) (\S{2,60}?)\]/i.exec(message)?.[1] ?? /\bclient: (\S{2,60}?)(?:,|\s|$)/.exec(message)?.[1]
    const client = endpoint(ip)
    if (!client.ip) return undefined
    const asked = requestLine(/\brequest: "([^"]{1,16000})"/.exec(message)?.[1] ?? "")
    const host = /\bhost: "([^"]{1,253})"/.exec(message)?.[1] ?? /\[hostname "([^"]{1,253})"\]/.exec(message)?.[1]
    const uri = /\[uri "([^"]{1,8000})"\]/.exec(message)?.[1]
    const said = sentenceDraft(message, head)
    return {
      fields: fieldsOf({
        ...side("source", client),
        ...(asked?.fields ?? {}),
        ...hostFields(host),
        ...(uri ? { "url.path": uri } : {}),
        "http.request.referrer": /\breferr?er: "?([^",\s]{1,8000})/.exec(message)?.[1],
        "rule.name": /\[msg "([^"]{1,500})"\]/.exec(message)?.[1],
        "user.name": said.fields["user.name"],
      }),
      action: /Access denied|access forbidden|client denied/i.test(message) ? "blocked" : "unknown",
      outcome: /Access denied|denied|fail|forbidden|mismatch|not found|invalid/i.test(message.slice(0, 4000)) ? "failure" : undefined,
      exchange: "service",
    }
  },
}

/** `date time edge bytes client method host path status referrer agent query …` by tabs, without its header. */
const cloudfront: MessageShape = {
  name: "cloudfront",
  title: "AWS CloudFront",
  hint: /^\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\t[A-Z0-9-]+\t\d+\t[\da-fA-F.:]+\t[A-Z]+\t/,
  parse(message) {
    const cells = message.slice(0, 24_000).split("\t")
    const stamp = stampOf(`${cells[0]} ${cells[1]}`)
    return {
      fields: fieldsOf({
        "source.ip": cells[4],
        "http.request.method": cells[5],
        ...hostFields(cells[15] && cells[15] !== "-" ? cells[15] : cells[6]),
        "url.path": cells[7],
        "url.query": cells[11],
        "http.response.status_code": Number(cells[8]),
        "http.request.referrer": cells[9],
        "user_agent.original": cells[10],
        "url.scheme": cells[16],
        ...(cells[19] && cells[19] !== "-" ? { "http.request.headers.x-forwarded-for": cells[19] } : {}),
        "source.port": Number(cells[24]) || undefined,
      }),
      time: stamp && { ...stamp, offsets: [0], utc: true },
      exchange: "service",
      outcome: statusOutcome(cells[8]),
    }
  },
}

/** S3 server access: `owner bucket [time] address requester id operation key "request" status …`. */
const s3: MessageShape = {
  name: "s3-access",
  title: "AWS S3 server access",
  hint: /^[0-9a-f]{64} \S+ \[\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:/,
  parse(message) {
    const match = /^\S+ (\S+) \[([^\]]{20,30})\] (\S+) (\S+) \S+ (\S+) (\S+) "?([^"]{0,16000})"? (\d{3}|-)/.exec(message)
    if (!match || !isAddress(match[3] as string)) return undefined
    return {
      fields: fieldsOf({
        "source.ip": match[3],
        "user.name": match[4],
        "event.action": match[5],
        ...(requestLine(match[7] as string)?.fields ?? {}),
        "http.response.status_code": Number(match[8]) || undefined,
      }),
      time: stampOf(match[2] as string),
      exchange: "service",
      outcome: match[8] === "-" ? outcomeOf("") : statusOutcome(match[8]),
    }
  },
}

export const deliveryShapes: readonly MessageShape[] = [squid, cloudfront, s3, haproxy, loadBalancer, errorLog]
