// The text of PDF reports; values wrapped over lines are rejoined only where the pieces prove it.
import { readMeaning } from "../meaning.js"
import { readProse } from "../prose.js"
import type { BulletinFormat } from "./format.js"

export const pagesMax = 2_000
const pdfBytesMax = 100 * 1024 * 1024
const readTimeoutMs = 60_000

export const pdf: BulletinFormat = {
  name: "pdf",
  title: "PDF text",
  recognize({ bytes }) {
    const head = new TextDecoder("latin1").decode(bytes.subarray(0, 1024))
    return head.includes("%PDF-") ? 1 : 0
  },
  async parse(input, draft) {
    if (input.bytes.length > pdfBytesMax) {
      draft.problem("limit", input.name, `larger than ${pdfBytesMax / 1024 / 1024} MB`)
      return
    }
    let timer: NodeJS.Timeout | undefined
    try {
      const pages = await Promise.race([
        pagesOf(input.bytes),
        new Promise<never>((_, reject) => {
          timer = setTimeout(() => reject(new Error(`not read after ${readTimeoutMs / 1000} s`)), readTimeoutMs)
        }),
      ])
      if (pages.title) draft.title ??= pages.title
      if (pages.total > pagesMax) draft.problem("limit", input.name, `only the first ${pagesMax} of ${pages.total} pages were read`)
      const joined = pages.texts.slice(0, pagesMax).map(rejoined)
      if (joined.every((text) => text.trim() === ""))
        draft.problem("unsupported", input.name, "no text in this PDF: its pages are images; give the text or another form of the bulletin")
      readMeaning(joined.join("\n"), input.name, draft)
      readProse(joined.join("\n"), { name: input.name }, draft)
    } catch (error) {
      const message = (error as Error).message
      draft.problem(/password/i.test(message) ? "encrypted" : "malformed", input.name, `PDF not readable: ${message}`)
    } finally {
      clearTimeout(timer)
    }
  },
}

async function pagesOf(bytes: Uint8Array): Promise<{ texts: readonly string[]; total: number; title: string | undefined }> {
  // The library takes its input over, so it gets a copy.
  const { extractText, getDocumentProxy, getMeta } = await import("unpdf")
  const document = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0, isEvalSupported: false } as never)
  const { totalPages, text } = await extractText(document, { mergePages: false })
  const meta = await getMeta(document)
  const title = (meta.info as { Title?: unknown } | undefined)?.Title
  return { texts: text, total: totalPages, title: typeof title === "string" && title.trim() !== "" ? title.trim() : undefined }
}

/**
 * Joins what a line end cut in two. Evidence: two runs of hexadecimal digits that together have exactly the length of a digest and apart have not,
 * or a defanging mark at the cut.
 */
export function rejoined(text: string): string {
  const lines = text.split("\n")
  for (let at = 0; at + 1 < lines.length; at++) {
    const end = /(?:^|[^0-9a-fA-F])([0-9a-fA-F]{4,127})\s*$/.exec(lines[at]!)?.[1]
    const start = /^\s*([0-9a-fA-F]{1,124})(?![0-9a-zA-Z])/.exec(lines[at + 1]!)?.[1]
    const digest =
      end !== undefined && start !== undefined && isDigest(end.length + start.length) && !isDigest(end.length) && !isDigest(start.length)
    const marked = /[\p{L}\p{N}](?:\[\.\]|\[dot\]|\(\.\)|\[point\])\s*$/iu.test(lines[at]!) && /^\s*[\p{L}\p{N}]/u.test(lines[at + 1]!)
    const opened = /^\s*(?:\[\.\]|\[dot\]|\(\.\)|\[point\])[\p{L}\p{N}]/iu.test(lines[at + 1]!) && /[\p{L}\p{N}]\s*$/u.test(lines[at]!)
    if (!digest && !marked && !opened) continue
    lines[at] = `${lines[at]!.trimEnd()}${lines[at + 1]!.trimStart()}`
    lines.splice(at + 1, 1)
    at--
  }
  return lines.join("\n")
}

function isDigest(length: number): boolean {
  return length === 32 || length === 40 || length === 64 || length === 128
}
