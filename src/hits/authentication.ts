// Which records are about a login, and which show that somebody was already logged in.
import type { Fields, FieldValue, Outcome } from "../model/log-record.js"

/** Windows logon, Kerberos and NTLM events, old and new. */
const logonCodes = new Set(["528", "529", "540", "4624", "4625", "4648", "4768", "4769", "4771", "4776"])
const loginAction = /log[io]n|log-?on|auth|sign-?in|tunnel-up|ssl-new-con|session.?(?:open|start|establish)/i
/** A record with one of these is about something else, whoever was logged in. */
const otherBusiness = [
  "url.path",
  "url.full",
  "destination.port",
  "dns.question.name",
  "email.to.address",
  "network.bytes",
  "event.duration",
  "process.command_line",
]

/** A login tried or done: by category, action or event code, or an account and an address with nothing else to be about. */
export function isAuthentication(fields: Fields): boolean {
  if (list(fields["event.category"]).includes("authentication")) return true
  const action = list(fields["event.action"])[0]
  if (action !== undefined && loginAction.test(action)) return true
  const code = list(fields["event.code"])[0]
  if (code !== undefined && /^\d{3,5}$/.test(code)) return logonCodes.has(code)
  if (action !== undefined) return false
  return hasAccount(fields) && fields["source.ip"] !== undefined && otherBusiness.every((name) => fields[name] === undefined)
}

/** A login that worked, or an act under an account that only a login allows (a page behind a login, a call of a cloud service). */
export function showsAccess(record: { readonly fields: Fields; readonly outcome: Outcome; readonly direction?: string }): boolean {
  if (record.outcome !== "success" || record.direction === "outbound") return false
  return isAuthentication(record.fields) || (hasAccount(record.fields) && record.fields["source.ip"] !== undefined)
}

function hasAccount(fields: Fields): boolean {
  const name = list(fields["user.name"])[0]
  return name !== undefined && name !== "" && name !== "-" && !/^(?:anonymous|n\/a|\(null\))$/i.test(name)
}

function list(value: FieldValue | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat().map(String)
}
