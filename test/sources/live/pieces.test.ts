// One rule for lines that are longer than can be kept, wherever they come from: the same pieces, and no value halved.
import { Readable } from "node:stream"
import { expect, test } from "vitest"
import { linesOf } from "../../../src/sources/live/nats-listener.js"
import { lineBytesMax, takePieces } from "../../../src/sources/live/pieces.js"
import { spoolLines } from "../../../src/sources/live/pipe-source.js"
import type { Spool } from "../../../src/sources/live/spool.js"
import { createFraming } from "../../../src/sources/live/syslog-framing.js"

const value = "relay.example"
/** The value stands across the end of the first piece. */
const line = `${"a".repeat(lineBytesMax - 5)}${value}${"b".repeat(lineBytesMax)}`

const sources: Readonly<Record<string, (bytes: Buffer) => readonly string[] | Promise<readonly string[]>>> = {
  nats: (bytes) => linesOf(bytes).map(String),
  syslog(bytes) {
    const taken: string[] = []
    const framing = createFraming((message) => taken.push(String(message)))
    for (let at = 0; at < bytes.length; at += 100_000) framing.take(bytes.subarray(at, at + 100_000))
    framing.end()
    return taken
  },
  async pipe(bytes) {
    const taken: string[] = []
    const spool = { add: (piece: Buffer) => taken.push(String(piece)), flush() {}, isFull: false }
    await spoolLines(Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)]), spool as unknown as Spool).ended
    return taken
  },
}

for (const [name, read] of Object.entries(sources)) {
  test(`${name}: a long line without an end comes in pieces that are no longer than one may be, and hold it all`, async () => {
    const pieces = await read(Buffer.from(line))
    expect(pieces.map(({ length }) => length <= lineBytesMax)).toEqual([true, true, true])
    expect(pieces.some((piece) => piece.includes(value))).toBe(true)
    expect(pieces).toEqual(expected())
  })
}

function expected(): readonly string[] {
  const pieces: string[] = []
  const bytes = Buffer.from(line)
  const rest = takePieces(bytes, 0, bytes.length, (piece) => pieces.push(String(piece)))
  return [...pieces, String(bytes.subarray(rest))]
}
