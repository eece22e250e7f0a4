// Windows events exported as XML, one event on a line or over many.
import type { DecodedRecord, DecodeInput, LineParser, LogFormat, ParseContext } from "../log-format.js"
import { finishRecord } from "./draft.js"
import { isText } from "./head.js"
import { windowsDraft } from "./json/windows-event.js"
import { parsedCharsMax } from "./lines.js"
import { xmlEntries } from "./xml-entries.js"

export const eventXml: LogFormat = {
  name: "windows-event-xml",
  title: "Windows events as XML",
  recognize(head) {
    if (!isText(head)) return 0
    const text = new TextDecoder().decode(head.subarray(0, 8192))
    return /^\uFEFF?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<Events>\s*)?<Event[\s>]/.test(text) ? 1 : 0
  },
  decode: (input) => decodeEvents(input),
  open: (context) => xmlParser(context),
}

const eventCharsMax = 4 * 1024 * 1024

async function* decodeEvents(input: DecodeInput): AsyncGenerator<readonly DecodedRecord[]> {
  const decoder = new TextDecoder()
  let rest = ""
  let line = 1
  let count = 0
  const take = (text: string): DecodedRecord => {
    const record = { text: text.trim().replace(/\s*\r?\n\s*/g, " "), line: line + leadingNewlines(text), record: ++count }
    line += newlinesIn(text)
    return record
  }
  for await (const chunk of input.chunks) {
    rest += decoder.decode(chunk, { stream: true })
    const records: DecodedRecord[] = []
    for (;;) {
      const end = rest.indexOf("</Event>")
      const cut = end >= 0 ? end + 8 : rest.length > eventCharsMax ? eventCharsMax : -1
      if (cut < 0) break
      if (end < 0)
        input.report({ code: "limit", where: `${input.path}:${line}`, message: "an event that does not end is searched in pieces" })
      records.push(take(rest.slice(0, cut)))
      rest = rest.slice(cut)
    }
    if (records.length > 0) yield records
  }
  rest += decoder.decode()
  if (/^\s*(?:<\/Events>\s*)?$/.test(rest)) return
  input.report({ code: "truncated", where: `${input.path}:${line}`, message: "the last event is cut off; what stands of it is searched" })
  yield [take(rest)]
}

function xmlParser(context: ParseContext): LineParser {
  return {
    parse(line) {
      const head = line.length > parsedCharsMax ? line.slice(0, parsedCharsMax) : line
      return /<(?:Event|System|EventData|Data)[\s>]/.test(head)
        ? finishRecord(line, "windows-event-xml", windowsDraft(xmlEntries(head)), context.roles)
        : undefined
    },
  }
}

function newlinesIn(text: string): number {
  let found = 0
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) found++
  return found
}

function leadingNewlines(text: string): number {
  return newlinesIn(text.slice(0, text.length - text.trimStart().length))
}
