// What a line parser finds, before own networks and forwarding are applied; and the step that makes a LogRecord of it.
import type { Action, Direction, Echo, Fields, FieldValue, LogRecord, Outcome } from "../../model/log-record.js"
import type { Stamp } from "../../model/time.js"
import type { RoleContext } from "../log-format.js"
import { directionOf, forwardedClient } from "../roles.js"
import { isAddress } from "./endpoint.js"
import { transport } from "./transport.js"

export interface Draft {
  readonly fields: Fields
  readonly time?: Stamp | undefined
  readonly end?: Stamp | undefined
  readonly created?: Stamp | undefined
  /** What the record itself states (semantics 8.4). */
  readonly direction?: Direction | undefined
  readonly action?: Action | undefined
  readonly outcome?: Outcome | undefined
  /**
   * What stands at the far end where no address is logged: `service`, the own service that wrote the log; `proxy`, a host the client
   * asked for; `question`, a DNS server; `lookup`, nothing, since the value was only answered.
   */
  readonly exchange?: "service" | "proxy" | "question" | "lookup" | undefined
  /** X-Forwarded-For or Forwarded, as logged. */
  readonly forwarded?: string | undefined
  readonly echo?: Echo | undefined
  readonly connection?: string | undefined
  /** A more exact name than the format's. */
  readonly format?: string | undefined
}

/** Any value a parser may come by; what says nothing is dropped by `fieldsOf`. */
export type Loose = Readonly<Record<string, string | number | readonly (string | number)[] | undefined | null>>

/** Longer values are no names or addresses; the record's text still holds them. */
export const valueCharsMax = 16_384

/** Fields that are numbers in ECS, whichever way a log writes them. */
const numeric = /\.port$|status_code$/

/** Fields without the values by which logs say that there is none. */
export function fieldsOf(loose: Loose): Record<string, FieldValue> {
  const fields: Record<string, FieldValue> = {}
  for (const [name, value] of Object.entries(loose)) {
    if (value === undefined || value === null || value === "" || value === "-") continue
    if (Array.isArray(value) && value.length === 0) continue
    if (typeof value !== "string") fields[name] = value
    else if (value.length <= 5 && numeric.test(name) && /^\d+$/.test(value)) fields[name] = Number(value)
    else fields[name] = value.length > valueCharsMax ? value.slice(0, valueCharsMax) : value
  }
  return fields
}

/** Applies forwarding, direction, the implied outcome and the connection key. */
export function finishRecord(text: string, format: string, draft: Draft, roles: RoleContext): LogRecord {
  const fields: Record<string, FieldValue> = { ...draft.fields }
  const forwarded = draft.forwarded === undefined ? undefined : forwardedClient(addressIn(fields, "source.ip"), draft.forwarded, roles)
  if (forwarded?.client !== undefined) fields[fields["source.ip"] === undefined ? "source.ip" : "network.forwarded_ip"] ??= forwarded.client
  const protocol = fields["network.transport"]
  if (typeof protocol === "string" || typeof protocol === "number") fields["network.transport"] = transport(protocol) as string
  const action = draft.action ?? "unknown"
  const connection = draft.connection ?? fiveTuple(fields)
  const record: Writable<LogRecord> = {
    text,
    format: draft.format ?? format,
    fields,
    direction: draft.direction ?? derivedDirection(draft, fields, roles),
    action,
    outcome: draft.outcome ?? (action === "blocked" ? "failure" : "unknown"),
  }
  if (draft.time) record.time = draft.time
  if (draft.end) record.end = draft.end
  if (draft.created) record.created = draft.created
  if (draft.echo) record.echo = draft.echo
  if (forwarded && forwarded.claimed.length > 0) record.claimed = forwarded.claimed
  if (connection !== undefined) record.connection = connection
  return record
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

function derivedDirection({ exchange }: Draft, fields: Fields, roles: RoleContext): Direction {
  if (exchange === "lookup") return "unknown"
  if (exchange === "proxy") return "outbound"
  const source = addressIn(fields, "network.forwarded_ip") ?? addressIn(fields, "source.ip")
  const destination = addressIn(fields, "destination.ip")
  if (exchange === "question" && source !== undefined) return roles.isInside(source) ? "outbound" : "inbound"
  if (exchange === "service") {
    // The service is the reader's own, whatever address it listens on; a client known by name only came from somewhere.
    if (source !== undefined) return roles.isInside(source) ? "internal" : "inbound"
    return fields["source.domain"] === undefined ? "unknown" : "inbound"
  }
  return directionOf(source, destination, roles)
}

function addressIn(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  const first = Array.isArray(value) ? value[0] : value
  return first === undefined || !isAddress(String(first)) ? undefined : String(first)
}

/** Both endpoints and the transport, the same for both halves of a flow (semantics 10.3). */
function fiveTuple(fields: Fields): string | undefined {
  const transport = fields["network.transport"]
  const [source, destination] = [endpointKey(fields, "source"), endpointKey(fields, "destination")]
  if (transport === undefined || source === undefined || destination === undefined) return undefined
  const [low, high] = source < destination ? [source, destination] : [destination, source]
  return `flow:${String(transport).toLowerCase()}:${low}-${high}`
}

function endpointKey(fields: Fields, side: string): string | undefined {
  const address = addressIn(fields, `${side}.ip`)
  const port = fields[`${side}.port`]
  return address === undefined || port === undefined ? undefined : `${address}:${port}`
}
