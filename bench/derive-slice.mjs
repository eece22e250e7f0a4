// One thread of the index benchmark's archive: writes a file of logs once more with other addresses, at the pace of gzip; making new logs takes ten
// times as long. Addresses to be kept stay, so that what was planted is there again.
import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { parentPort, workerData } from "node:worker_threads"
import { gunzipSync, gzipSync } from "node:zlib"

const kept = new Set(workerData.kept)

parentPort.on("message", ({ from, to, shift }) => {
  const text = gunzipSync(readFileSync(from))
  changeAddresses(text, shift)
  mkdirSync(dirname(to), { recursive: true })
  writeFileSync(to, gzipSync(text, { level: 1 }))
  const { mtime } = statSync(from)
  utimesSync(to, mtime, mtime)
  parentPort.postMessage({ bytes: text.length })
})

const dot = 46
const isDigit = (byte) => byte >= 48 && byte <= 57

/** In place: of each dotted quad, the last digits of its last three numbers move on, where they stay numbers up to 255. */
function changeAddresses(text, shift) {
  const starts = [0, 0, 0, 0]
  for (let at = 0; at < text.length; at++) {
    if (!isDigit(text[at])) continue
    let parts = 0
    let value = 0
    let end = at
    for (;;) {
      const start = end
      let number = 0
      while (isDigit(text[end])) number = number * 10 + text[end++] - 48
      if (end === start || number > 255 || parts === 4) {
        parts = 5
        break
      }
      starts[parts++] = start
      value = value * 256 + number
      if (text[end] !== dot) break
      end++
    }
    if (parts === 4 && !kept.has(value)) {
      for (let part = 1; part < 4; part++) {
        const last = (part < 3 ? starts[part + 1] - 1 : end) - 1
        const isFree = last - starts[part] < 2 || text[starts[part]] === 49 || text[starts[part] + 1] < 53
        if (isFree) text[last] = 48 + ((text[last] - 48 + shift * part) % 10)
      }
    }
    at = Math.max(at, end)
  }
}
