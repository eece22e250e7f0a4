// Which hits belong to one contact: the two halves of a flow, or build and teardown of a connection (semantics 10.3).
import type { Fields, LogRecord } from "../model/log-record.js"

/** A key that the halves share; undefined where the record names no connection. */
export function connectionKey(record: Pick<LogRecord, "connection" | "fields">): string | undefined {
  if (record.connection) return record.connection
  const ends = [endpoint(record.fields, "source"), endpoint(record.fields, "destination")]
  if (ends.some((end) => end === undefined)) return undefined
  return `${ends.sort().join(" ")} ${text(record.fields["network.transport"])}`
}

function endpoint(fields: Fields, side: "source" | "destination"): string | undefined {
  const ip = text(fields[`${side}.ip`])
  const port = text(fields[`${side}.port`])
  return ip && port ? `${ip}:${port}` : undefined
}

function text(value: unknown): string {
  return Array.isArray(value) ? String(value[0]) : value === undefined ? "" : String(value)
}
