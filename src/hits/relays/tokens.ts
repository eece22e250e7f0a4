// What one record tells about the client behind an address, as tokens: `kind:value`, kinds as in family.ts.
import type { Action, Direction, Fields, FieldValue, Outcome } from "../../model/log-record.js"
import { type ClientKind, clientFields, clientValue, isAsset, networkOf, oneTimeLink } from "../client-fields.js"

/** A record seen from its foreign address. A plain value. */
export interface ProfileRecord {
  /** The foreign address, in canonical form. */
  readonly source: string
  /** Epoch ms. */
  readonly time?: number
  readonly fields: Fields
  readonly path: string
  readonly line: number
  readonly outcome: Outcome
  readonly action: Action
  readonly direction: Direction
}

export interface RecordTokens {
  readonly tokens: readonly string[]
  /** Pictures, styles, scripts: what a browser loads by itself. */
  readonly asset: boolean
  readonly login: boolean
  /** Own page that this one was said to come from. */
  readonly cameFrom: string | undefined
  /** Page that the client claims to hold already (304). */
  readonly heldAlready: string | undefined
  /** Page that was fetched, as it would stand in `cameFrom`. */
  readonly fetched: string | undefined
}

const valueMax = 160

/** The letter of each kind, as in family.ts. */
const clientLetters: Readonly<Record<ClientKind, string>> = {
  "user-agent": "u",
  ja3: "j",
  ja4: "k",
  hassh: "h",
  helo: "e",
  application: "i",
  version: "v",
}
const sessionFields = ["session.id", "http.session.id", "http.request.cookie", "http.cookie", "user.session.id", "transaction.id"]

export function tokensOf(record: ProfileRecord): RecordTokens {
  const { fields } = record
  const tokens: string[] = []
  for (const [kind, names] of clientFields) {
    const value = clientValue(fields, names)
    if (value !== undefined) tokens.push(`${clientLetters[kind]}:${cut(value)}`)
  }
  const session = firstText(fields, sessionFields)
  if (session !== undefined && session.length >= 8) tokens.push(`s:${cut(session)}`)
  const web = webTokens(fields, tokens)
  const login = accountTokens(record, tokens)
  if (web.path === undefined) targetTokens(record, tokens)
  return { tokens, login, asset: web.asset, cameFrom: web.cameFrom, heldAlready: web.heldAlready, fetched: web.fetched }
}

interface Web {
  readonly path: string | undefined
  readonly asset: boolean
  readonly cameFrom: string | undefined
  readonly heldAlready: string | undefined
  readonly fetched: string | undefined
}

function webTokens(fields: Fields, tokens: string[]): Web {
  const full = text(fields["url.full"])
  const path = text(fields["url.path"]) ?? pathOf(full)
  if (path === undefined) return { path, asset: false, cameFrom: undefined, heldAlready: undefined, fetched: undefined }
  const method = text(fields["http.request.method"])
  const status = Number(text(fields["http.response.status_code"]))
  const query = text(fields["url.query"])
  const asset = isAsset(path)
  // A page answered from the visitor's own cache was fetched earlier, perhaps by somebody else: no token, a question for the links.
  if (!asset && status !== 304)
    tokens.push(method === undefined || method === "GET" || method === "HEAD" ? `p:${cut(path)}` : `p:${method} ${cut(path)}`)
  const once = asset ? undefined : oneTimeLink(path, query)
  if (once !== undefined) tokens.push(`o:${cut(once)}`)
  const referrer = text(fields["http.request.referrer"])
  const cameFrom = referrer === undefined || referrer === "-" ? undefined : pathOf(referrer)
  return {
    path,
    asset,
    cameFrom: cameFrom === undefined || cameFrom === "/" || isAsset(cameFrom) || cameFrom === path ? undefined : cut(cameFrom),
    heldAlready: status === 304 && !asset ? cut(path) : undefined,
    fetched: asset || status === 304 ? undefined : cut(path),
  }
}

/** Names tried in vain, and whether a login worked. A name that worked is the account's own and no token. */
function accountTokens(record: ProfileRecord, tokens: string[]): boolean {
  const authentication = isIn(record.fields["event.category"], "authentication") || isLogin(text(record.fields["event.action"]))
  const name = text(record.fields["user.name"])
  if (record.outcome === "success") return authentication
  if (name !== undefined && name !== "-") tokens.push(`a:${cut(name.toLowerCase())}`)
  return false
}

function isIn(value: FieldValue | undefined, wanted: string): boolean {
  return Array.isArray(value) ? value.includes(wanted) : value === wanted
}

function isLogin(action: string | undefined): boolean {
  return action !== undefined && /log[io]n|auth|sign-?in/i.test(action)
}

function targetTokens(record: ProfileRecord, tokens: string[]): void {
  const { fields } = record
  const ours = record.direction === "outbound" ? "source" : "destination"
  const address = text(fields[`${ours}.ip`])
  const port = text(fields["destination.port"])
  if (address !== undefined) tokens.push(`t:${address}${port === undefined ? "" : `:${port}`}`)
  const name = text(fields["dns.question.name"]) ?? text(fields["url.domain"]) ?? text(fields["tls.client.server_name"])
  if (name !== undefined) tokens.push(`q:${cut(name.toLowerCase())}`)
  const recipient = text(fields["email.to.address"])
  if (recipient !== undefined) tokens.push(`m:${cut(recipient.toLowerCase())}`)
}

/** The one token that depends on the address alone. */
export function networkToken(address: string): string | undefined {
  const network = networkOf(address)
  return network === undefined ? undefined : `n:${network}`
}

function pathOf(url: string | undefined): string | undefined {
  if (url === undefined) return undefined
  if (url.startsWith("/")) return url.split(/[?#]/, 1)[0]
  const match = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(url)
  return match ? match[1] || "/" : undefined
}

function firstText(fields: Fields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = text(fields[name])
    if (value !== undefined) return value
  }
  return undefined
}

function text(value: FieldValue | undefined): string | undefined {
  const first = typeof value === "object" ? value[0] : value
  return first === undefined || first === "" ? undefined : typeof first === "string" ? first : String(first)
}

function cut(value: string): string {
  return value.length > valueMax ? value.slice(0, valueMax) : value
}
