// Launches `sillage` for the shared cases in another way than they state: `[--gzip] --workers N`, then the command.
// `--gzip` packs each file of the archive in place first, under its name and with its time: contents are known by what they are.
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"

const given = process.argv.slice(2)
const packed = given[0] === "--gzip" && given.shift()
const [option, count, command, ...rest] = given
if (packed) pack(rest.at(-1))
process.argv.splice(2, Infinity, command, option, count, ...rest)
const { main } = await import(fileURLToPath(new URL("../../dist/app/cli/main.js", import.meta.url)))
await main(process.argv.slice(2))

function pack(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) pack(path)
    else if (entry.isFile()) {
      const { atime, mtime } = statSync(path)
      writeFileSync(path, gzipSync(readFileSync(path)))
      utimesSync(path, atime, mtime)
    }
  }
}
