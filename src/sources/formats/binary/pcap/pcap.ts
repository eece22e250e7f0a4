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
/** More than nearly all packets have. */
const joinedBytes = 65_536

export async function* decodeCapture(input: DecodeInput, options: CaptureOptions = {}): AsyncGenerator<readonly DecodedRecord[]> {
  const reporter = createReporter(input)
  const capture = new Capture(reporter.report, options)
  let reader: ReturnType<typeof captureReader>
  let rest: Buffer = nothing
  let offset = 0
  for await (const chunk of input.chunks) {
    let view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    if (reader && rest.length > 0) {
      // Only the packet that reaches over the border of two chunks is put together.
      const joined = Buffer.concat([rest, view.subarray(0, joinedBytes)])
      const used = reader.read(joined, offset, capture)
      offset += used
      if (used >= rest.length) view = view.subarray(used - rest.length)
      else view = Buffer.concat([joined.subarray(used), view.subarray(joinedBytes)])
      rest = nothing
    }
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
