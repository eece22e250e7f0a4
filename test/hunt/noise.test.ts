// Binary content of no known format is told from text, so that "nothing found" in it is not taken for proof.
import { expect, test } from "vitest"
import { looksBinary } from "../../src/hunt/noise.js"

test("bytes without text are binary", () => {
  // A fixed, well-spread sequence: no chance in a test.
  const noise = Uint8Array.from({ length: 4096 }, (_, at) => (Math.imul(at + 1, 2654435761) >>> 16) & 255)
  expect(looksBinary(noise)).toBe(true)
  expect(looksBinary(new Uint8Array(4096))).toBe(true)
})

test("text is not, nor text with a stray byte, colours or accents", () => {
  for (const line of [
    "2021-01-03 src=203.0.113.9\n",
    "bin\0ary record, the rest of it is text as usual\n",
    "\u001b[31mdenied\u001b[0m\r\n",
    "déjà refusé\n",
  ]) {
    expect(looksBinary(Buffer.from(line.repeat(20)))).toBe(false)
  }
})

test("a few bytes are not judged", () => expect(looksBinary(new Uint8Array(8))).toBe(false))

test("a registry hive is binary, however much text it holds; a text about one is not", () => {
  const hive = Buffer.concat([Buffer.from("regf\0\0\0\0", "latin1"), Buffer.from("http://relay.example/ ".repeat(100))])
  expect(looksBinary(hive)).toBe(true)
  expect(looksBinary(Buffer.from("MZ and regf are magics\n".repeat(20)))).toBe(false)
})
