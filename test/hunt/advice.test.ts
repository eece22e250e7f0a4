// What cannot be read here says what to do about it.
import { expect, test } from "vitest"
import { adviceFor } from "../../src/hunt/noise.js"
import { unreadable } from "../../src/sources/files/containers/unreadable.js"

test.each([
  ["a 7z archive", Buffer.from("377abcaf271c0004", "hex"), "unpack it and search the result"],
  ["a NetFlow capture", Buffer.from("0ca50100", "hex"), "write it as JSON with `nfdump -r FILE -o json` and search the result"],
])("%s", (_name, head, advice) => {
  expect(unreadable.find((kind) => kind.recognize(head))?.advice).toBe(advice)
})

test("text that begins like a NetFlow capture is none", () => {
  expect(unreadable.find((kind) => kind.recognize(Buffer.from("\u000c\u00a5 form feed, yen", "latin1")))).toBeUndefined()
})

test("a registry hive is named with what makes it readable", () => {
  expect(adviceFor(Buffer.from("regf\0\0"))).toContain("export its keys as text")
  expect(adviceFor(Buffer.from("\0\0\0\0"))).toBe("convert it and search the result")
})
