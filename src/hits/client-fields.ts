// What a record says about the program behind an address, about its network, about what a page brings along, and about links that are sent to one person alone.
import type { Fields, FieldValue } from "../model/log-record.js"
import type { Sentence } from "./sentences.js"

export type ClientKind = "user-agent" | "ja3" | "ja4" | "hassh" | "helo" | "application" | "version"

export const clientNames: Readonly<Record<ClientKind, Sentence>> = {
  "user-agent": { en: "user agent", fr: "agent utilisateur" },
  ja3: { en: "TLS client (JA3)", fr: "client TLS (JA3)" },
  ja4: { en: "TLS client (JA4)", fr: "client TLS (JA4)" },
  hassh: { en: "SSH client (HASSH)", fr: "client SSH (HASSH)" },
  helo: { en: "mail greeting (HELO)", fr: "annonce de messagerie (HELO)" },
  application: { en: "application id", fr: "identifiant d'application" },
  version: { en: "client version", fr: "numéro de version du client" },
}

/** Fields of each kind, the first that is filled counts. */
export const clientFields: readonly (readonly [ClientKind, readonly string[]])[] = [
  ["user-agent", ["user_agent.original"]],
  ["ja3", ["tls.client.ja3"]],
  ["ja4", ["tls.client.ja4"]],
  ["hassh", ["ssh.hassh", "ssh.client.hassh", "hassh"]],
  ["helo", ["email.helo", "source.domain"]],
  ["application", ["cloud.application.id", "application.id", "azure.signinlogs.properties.app_id"]],
  ["version", ["client.version", "ssh.client.version", "ssh.client"]],
]

/** Undefined where none of the fields is filled, or with a dash only. */
export function clientValue(fields: Fields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = firstOf(fields[name])
    if (value !== undefined) return value === "-" ? undefined : value
  }
  return undefined
}

function firstOf(value: FieldValue | undefined): string | undefined {
  const first = typeof value === "object" ? value[0] : value
  return first === undefined || first === "" ? undefined : String(first)
}

/** What a page brings along: nobody asks for it by itself. */
export function isAsset(path: string): boolean {
  return assets.test(path)
}

const assets = /\.(?:css|js|mjs|png|jpe?g|gif|ico|svg|webp|woff2?|ttf|eot|map|mp4|webm)$/i

/** The /16 of a canonical address, or the /32 of IPv6; undefined for what is no address. */
export function networkOf(address: string): string | undefined {
  const four = /^(\d+\.\d+)\.\d+\.\d+$/.exec(address)
  if (four) return `${four[1]}.0.0/16`
  if (!address.includes(":")) return undefined
  // Behind "::" the second group is 0; where it comes first, both are.
  const [first, second] = address.split(":", 2)
  return `${first || "0"}:${second || "0"}::/32`
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i
const oneTimeLengthMin = 20

/** Long unbroken values of letters and digits, as links carry that are sent to one person. */
export function oneTimeLink(path: string, query: string | undefined): string | undefined {
  const whole = query === undefined ? path : `${path}?${query}`
  if (whole.length < oneTimeLengthMin) return undefined
  if (uuid.test(whole)) return whole
  const word = whole
    .split(/[^A-Za-z0-9]+/)
    .find((one) => one.length >= oneTimeLengthMin && /[A-Za-z]/.test(one) && (one.match(/\d/g)?.length ?? 0) >= 4)
  return word === undefined ? undefined : whole
}
