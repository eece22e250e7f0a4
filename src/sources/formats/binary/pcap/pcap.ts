// Packet captures (pcap and pcapng): flows with both ends, and what DNS, HTTP, TLS, SMTP and FTP say in clear.
import type { DecodedRecord, DecodeInput, LogFormat } from "../../../log-format.js"
import { createReporter } from "../damage.js"
import { Capture, type CaptureOptions } from "./capture.js"
import { captureReader } from "./capture-file.js"
import { captureParser } from "./meaning.js"

export const pcap: LogFormat = {
  name: "pcap",
  title: "Packet captures (pcap, pcapng)",
  recognize: (head) => (captureReader(head) ? 1 : 0),
  decode: (input) => decodeCapture(input),
  open: (context) => captureParser(context),
}

const nothing = Buffer.alloc(0)

export async function* decodeCapture(input: DecodeInput, options: CaptureOptions = {}): AsyncGenerator<readonly DecodedRecord[]> {
  const reporter = createReporter(input)
  const capture = new Capture(reporter.report, options)
  let reader: ReturnType<typeof captureReader>
  let rest: Buffer = nothing
  let offset = 0
  for await (const chunk of input.chunks) {
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    rest = rest.length === 0 ? view : Buffer.concat([rest, view])
    reader ??= captureReader(rest)
    if (!reader) continue
    const used = reader.read(rest, offset, capture)
    offset += used
    rest = rest.subarray(used)
    const records = capture.take()
    if (records.length > 0) yield records
  }
  if (reader) reader.finish(rest, offset, capture)
  else if (rest.length > 0) reporter.report("truncated", rest.length, "the file ends within its header")
  capture.finish()
  reporter.finish()
  const records = capture.take()
  if (records.length > 0) yield records
}
