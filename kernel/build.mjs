// Compiles the AssemblyScript of this folder to WebAssembly beside the compiled JavaScript that drives it.
import { execFileSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { fileURLToPath } from "node:url"

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
mkdirSync(at("../dist/match"), { recursive: true })
const flags = ["--runtime", "stub", "-O3", "--noAssert", "--converge", "--enable", "simd,bulk-memory", "--importMemory"]
execFileSync(
  process.execPath,
  [at("../node_modules/assemblyscript/bin/asc.js"), at("scan.ts"), "-o", at("../dist/match/kernel.wasm"), ...flags],
  {
    stdio: ["ignore", "inherit", "inherit"],
  },
)
