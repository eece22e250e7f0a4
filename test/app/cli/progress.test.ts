// The progress line: nothing in the first second, then what is done, the rate and the time left of the pass that is going on.
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { createProgress } from "../../../src/app/cli/progress.js"

const written: string[] = []
const stream = { isTTY: true, columns: 200, write: (text: string) => written.push(text.replace(/^\r\u001b\[2K/, "")) > 0 }
const terminal = stream as unknown as NodeJS.WriteStream

beforeEach(() => {
  written.length = 0
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => vi.useRealTimers())

test("says bytes, rate and time left, from the first second on", () => {
  const { show } = createProgress(terminal, false)
  vi.setSystemTime(900)
  show({ bytes: 1_000_000, bytesTotal: 10_000_000, files: 0, filesTotal: 2, hits: 0 })
  expect(written).toEqual([])
  vi.setSystemTime(2000)
  show({ bytes: 4_000_000, bytesTotal: 10_000_000, files: 1, filesTotal: 2, hits: 3 })
  expect(written).toEqual(["40 %  4.0 MB of 10.0 MB  1/2 files  2.0 MB/s  3 s left  3 hits"])
})

test("a further pass has its name, its own rate and its own time left", () => {
  const { show, end } = createProgress(terminal, false)
  vi.setSystemTime(60_000)
  show({ bytes: 0, bytesTotal: 8_000_000, files: 0, filesTotal: 1, hits: 0, pass: "what accounts did" })
  vi.setSystemTime(62_000)
  show({ bytes: 2_000_000, bytesTotal: 8_000_000, files: 0, filesTotal: 1, hits: 0, pass: "what accounts did" })
  vi.setSystemTime(63_000)
  show({ steps: 0, stepsTotal: 200, pass: "comparing (random sets)" })
  vi.setSystemTime(67_000)
  show({ steps: 50, stepsTotal: 200, pass: "comparing (random sets)" })
  end()
  end()
  expect(written).toEqual([
    "what accounts did: 0 %  0 B of 8.0 MB  0/1 files  0 B/s  time left not known yet",
    "what accounts did: 25 %  2.0 MB of 8.0 MB  0/1 files  1.0 MB/s  6 s left",
    "comparing (random sets): 0 %  0 of 200  0.0/s  time left not known yet",
    "comparing (random sets): 25 %  50 of 200  13/s  12 s left",
    "",
  ])
})

test("nothing where nobody looks", () => {
  createProgress(terminal, true).show({ steps: 1, stepsTotal: 2, pass: "x" })
  createProgress({ ...stream, isTTY: false } as unknown as NodeJS.WriteStream, false).show({ steps: 1, stepsTotal: 2, pass: "x" })
  expect(written).toEqual([])
})
