// Profile records as numbers and a growing dictionary of texts: what crosses from the threads that parse to the one that profiles.
import { parseIpv4 } from "../../model/address.js"
import { isAuthentication } from "../authentication.js"
import { accountName } from "../triage/account.js"
import { number, text } from "../triage/fields.js"
import { type ProfileRecord, tokensOf } from "./tokens.js"
import type { FlowEvent, LoginEvent } from "./views.js"

/** A batch of records of one file. A plain value; the arrays may be transferred. */
export interface ProfileRows {
  readonly path: string
  /** The dictionary begins anew with this batch. */
  readonly reset: boolean
  /** Texts that follow those of earlier batches of the same writer, in order of their numbers. */
  readonly texts: readonly string[]
  readonly count: number
  /**
   * One after another: source (the bits of an IPv4 address where the flags say so), flags, line, page it came from, page it held already (-1 where
   * none), number of tokens, tokens.
   */
  readonly numbers: Int32Array
  /** Epoch ms; NaN where unknown. */
  readonly times: Float64Array
  /** Logins tried or done, and connections with their volume, for what no single address shows. */
  readonly logins: readonly LoginEvent[]
  readonly flows: readonly FlowEvent[]
}

export const rowFlags = { asset: 1, login: 2, failure: 4, ipv4: 8 } as const
/** Texts that a dictionary holds before it begins anew. */
const textsMax = 400_000

export interface RowWriter {
  add(record: ProfileRecord): void
  readonly count: () => number
  /** The batch so far, and an empty one after it. */
  take(path: string): ProfileRows
}

export function createRowWriter(): RowWriter {
  const numberOf = new Map<string, number>()
  let texts: string[] = []
  let reset = false
  let numbers: number[] = []
  let times: number[] = []
  let logins: LoginEvent[] = []
  let flows: FlowEvent[] = []
  const intern = (text: string): number => {
    const known = numberOf.get(text)
    if (known !== undefined) return known
    const number = numberOf.size
    numberOf.set(text, number)
    texts.push(text)
    return number
  }
  return {
    count: () => times.length,
    add(record) {
      const seen = tokensOf(record)
      const bits = parseIpv4(record.source)
      const flags =
        (seen.asset ? rowFlags.asset : 0) |
        (seen.login ? rowFlags.login : 0) |
        (record.outcome === "failure" ? rowFlags.failure : 0) |
        (bits === undefined ? 0 : rowFlags.ipv4)
      const from = seen.cameFrom === undefined ? -1 : intern(`p:${seen.cameFrom}`)
      const held = seen.heldAlready === undefined ? -1 : intern(`p:${seen.heldAlready}`)
      numbers.push(bits ?? intern(record.source), flags, record.line, from, held, seen.tokens.length)
      for (const token of seen.tokens) numbers.push(intern(token))
      times.push(record.time ?? Number.NaN)
      const login = loginOf(record)
      if (login) logins.push(login)
      const flow = flowOf(record)
      if (flow) flows.push(flow)
    },
    take(path) {
      const rows: ProfileRows = {
        path,
        reset,
        texts,
        count: times.length,
        numbers: Int32Array.from(numbers),
        times: Float64Array.from(times),
        logins,
        flows,
      }
      texts = []
      numbers = []
      times = []
      logins = []
      flows = []
      reset = numberOf.size > textsMax
      if (reset) numberOf.clear()
      return rows
    },
  }
}

function loginOf({ source, time, fields, outcome }: ProfileRecord): LoginEvent | undefined {
  if (outcome === "unknown" || time === undefined) return undefined
  const account = accountName(text(fields["user.name"]))
  return account !== undefined && isAuthentication(fields) ? { time, account, address: source, success: outcome === "success" } : undefined
}

const flowBytesMin = 10_000

function flowOf({ source, time, fields, direction, action }: ProfileRecord): FlowEvent | undefined {
  if ((direction !== "inbound" && direction !== "outbound") || time === undefined || action === "blocked") return undefined
  const host = text(fields[direction === "inbound" ? "destination.ip" : "source.ip"])
  const bytes = number(fields["network.bytes"]) ?? (number(fields["source.bytes"]) ?? 0) + (number(fields["destination.bytes"]) ?? 0)
  return host !== undefined && bytes >= flowBytesMin ? { time, host, foreign: source, direction, bytes } : undefined
}
