// Compiles the AssemblyScript of this folder to WebAssembly beside the compiled JavaScript that drives it.
import { execFileSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
// No garbage collector: the kernels lay out their memory themselves.
const flags = "--runtime stub -O3 --noAssert --converge --enable simd,bulk-memory"

// Shared memory needs a maximum, which the host's must not exceed.
compile("kernel.ts", "../dist/match/kernel.wasm", "--enable threads --importMemory --sharedMemory --initialMemory 16 --maximumMemory 32768")
compile("inflate.ts", "../dist/sources/files/inflate.wasm", "")

function compile(source, target, more) {
  mkdirSync(dirname(at(target)), { recursive: true })
  execFileSync(
    process.execPath,
    [at("../node_modules/assemblyscript/bin/asc.js"), at(source), "-o", at(target), ...`${flags} ${more}`.trim().split(" ")],
    { stdio: ["ignore", "inherit", "inherit"] },
  )
}
