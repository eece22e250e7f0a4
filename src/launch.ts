// Starts the program or one of its threads from the chunks that the build made of it. Beside each chunk lies what the engine compiled of it when the
// build rehearsed it (rehearse.mjs): a start costs the engine a look instead of a translation. See docs/decisions/0010-code-is-compiled-by-the-build.md.
import type { Script } from "node:vm"

// An import would make the engine look at every export of these first, at some ten milliseconds.
const { readFileSync } = process.getBuiltinModule("node:fs")
const { createRequire } = process.getBuiltinModule("node:module")
const { fileURLToPath } = process.getBuiltinModule("node:url")
const vm = process.getBuiltinModule("node:vm")

const dist = new URL("./", import.meta.url).href
const chunks = new URL("chunks/", dist)
const packages = createRequire(chunks)
const modules = new Map<string, { readonly exports: unknown }>()
/** Chunks that were loaded, by the names of their files. */
const scripts = new Map<string, Script>()

/** What the build writes into each launcher: a script whose compiled code was taken cannot import by itself. */
type ImportPackage = (name: string) => Promise<unknown>

export function compiledName(chunk: string): string {
  return `${chunk}.compiled`
}

/** Loads a chunk, if it is not loaded: `cli`, or a thread. Answers what it exports. Throws what the file system says. */
export function launch(chunk: string, importPackage: ImportPackage): unknown {
  return load(`${chunk}.cjs`, importPackage)
}

function load(chunk: string, importPackage: ImportPackage): unknown {
  const known = modules.get(chunk)
  if (known) return known.exports
  const module = { exports: {} }
  modules.set(chunk, module)
  const require = (name: string): unknown =>
    name.startsWith(".") ? load(new URL(name, new URL(chunk, "file:///")).pathname.slice(1), importPackage) : packages(name)
  const run = scriptOf(chunk).runInThisContext() as (
    exports: object,
    require: (name: string) => unknown,
    module: object,
    dist: string,
    importPackage: ImportPackage,
  ) => void
  run(module.exports, require, module, dist, importPackage)
  return module.exports
}

function scriptOf(chunk: string): Script {
  const filename = fileURLToPath(new URL(chunk, chunks))
  // On the first line, so that lines of a stack are those of the file.
  const source = `(function (exports, require, module, dist, importPackage) {${readFileSync(filename, "latin1")}\n})`
  const script = new vm.Script(source, {
    filename,
    cachedData: compiledOf(filename),
  })
  scripts.set(chunk, script)
  return script
}

/** The engine refuses what another one made, or one with other flags, and translates the source: nothing is lost but time. */
function compiledOf(filename: string): Buffer | undefined {
  try {
    return readFileSync(compiledName(filename))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}

/** What the engine has compiled by now, of each chunk that was loaded. */
export function compiled(): ReadonlyMap<string, Buffer> {
  return new Map(Array.from(scripts, ([chunk, script]) => [chunk, script.createCachedData()]))
}
