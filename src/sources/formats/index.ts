// All log formats, and the choice among them. Adding one is one file, one line here and one fixture folder.
import type { LogFormat } from "../log-format.js"
import { binaryFormats } from "./binary/index.js"
import { delimited } from "./delimited.js"
import { eventXml } from "./event-xml.js"
import type { HeadedFormat } from "./headed-format.js"
import { jsonDocument } from "./json-document.js"
import { lineFormats } from "./line-formats.js"
import { text } from "./text.js"
import { w3c } from "./w3c.js"
import { zeekTsv } from "./zeek-tsv.js"

/** Of two that are equally sure of themselves, the earlier one is taken. */
export const logFormats: readonly LogFormat[] = [...binaryFormats, zeekTsv, w3c, eventXml, jsonDocument, ...lineFormats, delimited, text]

/** The format that is surest of the first bytes; `text` at least. `name` is a hint that alone never recognises. */
export function recognizeFormat(head: Uint8Array, name: string): LogFormat {
  let best: LogFormat = text
  let bestScore = 0
  for (const format of logFormats) {
    const score = format.recognize(head, name)
    if (score > bestScore) [best, bestScore] = [format, score]
    // Certain: no other can be surer.
    if (bestScore >= 1) break
  }
  return isHeaded(best) ? best.forHead(head) : best
}

export function findFormat(name: string): LogFormat | undefined {
  return logFormats.find((format) => format.name === name)
}

function isHeaded(format: LogFormat): format is HeadedFormat {
  return "forHead" in format
}
