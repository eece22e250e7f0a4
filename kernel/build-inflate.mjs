// Compiles the inflater to WebAssembly beside the code that loads it.
import { fileURLToPath } from "node:url"
import asc from "assemblyscript/asc"

const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const { error, stderr } = await asc.main(
  [path("inflate.ts"), "--outFile", path("../src/sources/files/inflate.wasm"), "-O3", "--runtime", "stub", "--enable", "simd", "--converge", "--noAssert"],
  { stdout: process.stdout },
)
if (error) {
  console.error(stderr.toString())
  process.exit(2)
}
