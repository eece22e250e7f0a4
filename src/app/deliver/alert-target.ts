// Reads what a person wrote behind `--alert` and makes the output of it. Nothing is sent anywhere that is not named there.
import { readFileSync } from "node:fs"
import { isIP } from "node:net"
import { UsageError } from "../../model/problem.js"
import type { AlertOutput } from "./alert-output.js"
import { fileOutput } from "./ndjson-output.js"
import { syslogOutput } from "./syslog-output.js"
import { webhookOutput } from "./webhook-output.js"

export interface TargetContext {
  readonly version: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Each way of spelling a target, for the help and the guide. */
export const alertTargets = [
  ["file:PATH", "append NDJSON to a file"],
  ["cef+udp://HOST:514", "syslog in CEF; also cef+tcp and cef+tls"],
  ["rfc5424+tls://HOST:6514", "syslog with structured data; also rfc5424+udp and rfc5424+tcp"],
  ["https://HOST/PATH", "POST signed JSON; the secret is SILLAGE_WEBHOOK_SECRET"],
  ["smtp://USER@HOST:587?from=A&to=B", "mail digest, also smtps://; the password is SILLAGE_SMTP_PASSWORD; &every=MINUTES"],
] as const

/** The file that a target writes to, which must not be watched. */
export function fileOfTarget(text: string): string | undefined {
  return text.startsWith("file:") ? text.slice("file:".length).replace(/^\/\/(?=\/)/, "") : undefined
}

export async function outputOf(text: string, context: TargetContext): Promise<AlertOutput> {
  const file = fileOfTarget(text)
  if (file !== undefined) return file === "" ? refuse(text, "give a path behind file:") : fileOutput(file)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) return refuse(text, "is no target")
  if (url.password !== "") refuse(url.protocol, "holds a password: give it in the environment, where no process list shows it")
  const syslog = /^(cef|rfc5424)\+(udp|tcp|tls):$/.exec(url.protocol)
  if (syslog) return syslogOf(url, syslog[1] as "cef", syslog[2] as "udp", context)
  if (url.protocol === "https:" || url.protocol === "http:") return webhookOf(url, context)
  if (url.protocol === "smtp:" || url.protocol === "smtps:") return mailOf(url, context)
  return refuse(text, "is no target")
}

function syslogOf(url: URL, style: "cef" | "rfc5424", transport: "udp" | "tcp" | "tls", { version, env }: TargetContext): AlertOutput {
  const host = hostOf(url)
  if (host === "") refuse(url.href, "names no host")
  const port = Number(url.port || (transport === "tls" ? 6514 : 514))
  const authority = env.SILLAGE_TLS_CA
  return syslogOutput({ transport, host, port, style, version, ...(authority ? { ca: readText("SILLAGE_TLS_CA", authority) } : {}) })
}

function webhookOf(url: URL, { version, env }: TargetContext): AlertOutput {
  if (url.protocol === "http:" && !isLoopback(hostOf(url))) refuse(url.href, "would send alerts unencrypted: use https")
  const secret = env.SILLAGE_WEBHOOK_SECRET
  return webhookOutput({ url, version, ...(secret ? { secret } : {}) })
}

async function mailOf(url: URL, { env }: TargetContext): Promise<AlertOutput> {
  const from = url.searchParams.get("from")
  const to = url.searchParams.getAll("to").flatMap((one) => one.split(","))
  if (from === null || to.length === 0) return refuse(url.href, "needs ?from=ADDRESS&to=ADDRESS")
  const every = url.searchParams.get("every")
  if (every !== null && !(Number(every) > 0)) refuse(url.href, "needs a number of minutes behind every=")
  const secure = url.protocol === "smtps:"
  // Loaded by those who send mail: a watch runs for months, and its memory is bounded.
  const { mailOutput } = await import("./mail-output.js")
  return mailOutput({
    host: hostOf(url),
    port: Number(url.port || (secure ? 465 : 587)),
    secure,
    isLocal: isLoopback(hostOf(url)),
    ...(url.username === "" ? {} : { user: decodeURIComponent(url.username), password: env.SILLAGE_SMTP_PASSWORD ?? "" }),
    from,
    to,
    ...(every === null ? {} : { intervalMs: Number(every) * 60_000 }),
  })
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."))
}

/** Without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1")
}

function readText(name: string, path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    throw new UsageError(`cannot read the file that ${name} names: ${(error as Error).message}`)
  }
}

function refuse(text: string, why: string): never {
  const known = alertTargets.map(([form]) => form).join(", ")
  throw new UsageError(`--alert ${text} ${why}; there are ${known}`)
}
