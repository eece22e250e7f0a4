// wtmp, btmp and utmp of Linux: who logged in from where, and who failed to. Records of 384 bytes without any header.
import type { DecodedRecord, DecodeInput, LineParser, LogFormat, ParseContext } from "../../log-format.js"
import { stampOf } from "../../time/stamp.js"
import { fieldsOf, finishRecord } from "../draft.js"
import { endpoint, side } from "../endpoint.js"
import { parseObject } from "../json-draft.js"
import { ByteQueue } from "./byte-queue.js"
import { createReporter } from "./damage.js"
import { textOf } from "./json-text.js"

export const loginRecords: LogFormat = {
  name: "login-records",
  title: "Login records of Linux (wtmp, btmp, utmp)",
  // There is no magic: the first record of the head, and most of the others, must be what they should be.
  recognize(head) {
    const whole = Math.min(Math.floor(head.length / recordBytes), headRecords)
    if (whole === 0) return 0
    const bytes = Buffer.from(head.buffer, head.byteOffset, head.length)
    const all = Array.from({ length: whole }, (_, at) => bytes.subarray(at * recordBytes, (at + 1) * recordBytes))
    const [first] = all
    const filled = all.some((record) => record.some((byte) => byte !== 0))
    return first && isRecord(first) && filled && all.filter(isRecord).length > whole / 2 ? 0.99 : 0
  },
  decode: (input) => decodeRecords(input),
  open: (context) => parser(context),
}

/** `struct utmp` of glibc, little-endian, equal on 32 and 64 bits (utmp(5)). */
const recordBytes = 384
const headRecords = 64
const at = { type: 0, pid: 4, line: 8, id: 40, user: 44, host: 76, seconds: 340, micros: 344, address: 348, unused: 364 } as const
const types = [
  "EMPTY",
  "RUN_LVL",
  "BOOT_TIME",
  "NEW_TIME",
  "OLD_TIME",
  "INIT_PROCESS",
  "LOGIN_PROCESS",
  "USER_PROCESS",
  "DEAD_PROCESS",
  "ACCOUNTING",
]
const year2000 = 946_684_800
const batchMax = 256

function isRecord(bytes: Buffer): boolean {
  const seconds = bytes.readUInt32LE(at.seconds)
  const isEmpty = bytes.every((byte) => byte === 0)
  return (
    isEmpty ||
    (bytes.readUInt16LE(at.type) < types.length &&
      seconds >= year2000 &&
      bytes.readUInt32LE(at.micros) < 1_000_000 &&
      bytes.subarray(at.unused).every((byte) => byte === 0) &&
      [bytes.subarray(at.line, at.id), bytes.subarray(at.user, at.host)].every((field) =>
        /^[\x20-\x7e\x80-\xff]*\0/.test(`${field.toString("latin1")}\0`),
      ))
  )
}

async function* decodeRecords(input: DecodeInput): AsyncGenerator<readonly DecodedRecord[]> {
  const queue = new ByteQueue(input.chunks)
  const reporter = createReporter(input)
  const isFailures = /(?:^|[/!])btmp[^/]*$/.test(input.path)
  let batch: DecodedRecord[] = []
  let record = 0
  for (;;) {
    const offset = queue.position
    const bytes = await queue.take(recordBytes)
    if (bytes.length === 0) break
    record++
    if (bytes.length < recordBytes) reporter.report("truncated", offset, "the last login record is cut off; what stands of it is searched")
    else if (!isRecord(bytes)) reporter.report("malformed", offset, "no login record where one should be; its text is searched")
    const whole = bytes.length < recordBytes ? Buffer.concat([bytes, Buffer.alloc(recordBytes - bytes.length)]) : bytes
    if (whole.some((byte) => byte !== 0)) batch.push({ text: recordText(whole, isFailures), offset, record })
    if (batch.length < batchMax) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
  reporter.finish()
}

function recordText(bytes: Buffer, isFailure: boolean): string {
  const text = (from: number, to: number): string => textOf(bytes.subarray(from, to)).replace(/\0[\s\S]*$/, "")
  const seconds = bytes.readUInt32LE(at.seconds)
  const micros = Math.min(bytes.readUInt32LE(at.micros), 999_999)
  return JSON.stringify({
    login: types[bytes.readUInt16LE(at.type)] ?? String(bytes.readUInt16LE(at.type)),
    time: `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(micros).padStart(6, "0")}Z`,
    pid: bytes.readUInt32LE(at.pid),
    line: text(at.line, at.id),
    user: text(at.user, at.host),
    host: text(at.host, 332),
    address: addressText(bytes.subarray(at.address, at.unused)),
    ...(isFailure && { failed: true }),
  })
}

/** Four bytes where the rest is zero, else sixteen; "" if all are. */
function addressText(bytes: Buffer): string {
  if (bytes.every((byte) => byte === 0)) return ""
  if (bytes.subarray(4).every((byte) => byte === 0)) return [...bytes.subarray(0, 4)].join(".")
  return Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16)).join(":")
}

function parser(context: ParseContext): LineParser {
  return {
    parse(line) {
      const object = parseObject(line)
      if (!object || typeof object.login !== "string" || typeof object.line !== "string") return undefined
      const { user, host, address, time } = object as Readonly<Record<string, string>>
      const isLogin = object.login === "USER_PROCESS" || object.failed === true || object.login === "LOGIN_PROCESS"
      const from = endpoint(address || host)
      const fields = fieldsOf({
        ...side("source", from),
        ...(from.ip && host && host !== address && !host.startsWith(":") ? { "source.domain": endpoint(host).domain } : {}),
        "user.name": user,
        "process.pid": object.pid as number,
        "event.action": object.login,
      })
      return finishRecord(
        line,
        "login-records",
        {
          fields,
          time: stampOf(time ?? ""),
          outcome: isLogin && (from.ip || from.domain) ? (object.failed === true ? "failure" : "success") : undefined,
          exchange: "service",
        },
        context.roles,
      )
    },
  }
}
