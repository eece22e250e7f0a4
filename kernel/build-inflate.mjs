// Compiles the inflater to WebAssembly beside the compiled JavaScript that drives it.
import { execFileSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { fileURLToPath } from "node:url"

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
mkdirSync(at("../dist/sources/files"), { recursive: true })
const flags = ["--runtime", "stub", "-O3", "--noAssert", "--converge", "--enable", "simd,bulk-memory"]
const target = at("../dist/sources/files/inflate.wasm")
execFileSync(process.execPath, [at("../node_modules/assemblyscript/bin/asc.js"), at("inflate.ts"), "-o", target, ...flags], {
  stdio: ["ignore", "inherit", "inherit"],
})
