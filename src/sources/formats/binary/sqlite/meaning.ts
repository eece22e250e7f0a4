// What a row means: the names that logs use everywhere, and times in the units that browsers and phones store them in.
import type { Stamp } from "../../../../model/time.js"
import type { LineParser, ParseContext } from "../../../log-format.js"
import { fileTimeStamp, stampOf, utcStamp } from "../../../time/stamp.js"
import { finishRecord } from "../../draft.js"
import { flatten } from "../../json/flatten.js"
import { parseObject } from "../../json-draft.js"
import { type Entry, plainDraft } from "../../plain-keys.js"

export function databaseParser(context: ParseContext): LineParser {
  return {
    parse(line) {
      const object = parseObject(line)
      if (!object || typeof object.table !== "string" || typeof object.row !== "object") return undefined
      const entries = flatten(object.row)
      const draft = plainDraft(entries)
      const time = draft.time ?? storedTime(entries)
      return finishRecord(line, "sqlite", { ...draft, ...(time && { time }) }, context.roles)
    },
  }
}

const timeName = /time|date|stamp|visit|created|modified|when|_at$/i

/** The first column that is named as a time and holds one. */
function storedTime(entries: readonly Entry[]): Stamp | undefined {
  for (const { key, value } of entries) {
    if (!timeName.test(key) || Array.isArray(value)) continue
    const stamp = storedStamp(value as string | number)
    if (stamp) return stamp
  }
  return undefined
}

const secondsTo2001 = 978_307_200

/**
 * Chromium counts microseconds since 1601 (17 digits), Apple seconds or nanoseconds since 2001 (9 digits with a fraction, 18 digits);
 * the rest is as in logs.
 */
function storedStamp(value: string | number): Stamp | undefined {
  const text = String(value)
  if (/^1[23]\d{15}$/.test(text)) return fileTimeStamp(BigInt(text) * 10n)
  if (/^[4-9]\d{8}\.\d+$/.test(text)) return utcStamp(Math.floor(Number(text)) + secondsTo2001, 0)
  if (/^[4-9]\d{17}$/.test(text))
    return utcStamp(Number(BigInt(text) / 1_000_000_000n) + secondsTo2001, Number(BigInt(text) % 1_000_000_000n))
  return stampOf(value)
}
