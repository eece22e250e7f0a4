// Compiles src/ to dist/ and copies the data files that lie beside the code. Then the launcher and the threads are written once more, each with
// what it needs in a few files: hundreds of small ones cost a start more than a hunt through an index takes.
import { execFileSync } from "node:child_process"
import { chmodSync, cpSync, existsSync, rmSync } from "node:fs"
import { relative, sep } from "node:path"
import { fileURLToPath } from "node:url"

process.chdir(fileURLToPath(new URL(".", import.meta.url)))
if (process.argv.includes("--clean")) rmSync("dist", { recursive: true, force: true })
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"], { stdio: "inherit" })
cpSync("src", "dist", { recursive: true, filter: (path) => !/\.ts$/.test(path) })
if (existsSync("src/cli.ts")) {
  await bundle(["cli", "hunt/worker", "hunt/profile-worker", "hunt/watch-worker"])
  chmodSync("dist/cli.js", 0o755)
}

async function bundle(entries) {
  const { rolldown } = await import("rolldown")
  rmSync("dist/chunks", { recursive: true, force: true })
  const built = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, `./src/${entry}.ts`])),
    platform: "node",
    external: /^[^./]/,
    resolve: { extensionAlias: { ".js": [".ts"] } },
    plugins: [ownPlace()],
  })
  // Only what is no code goes: names stay, so that a stack tells where.
  const minify = { compress: false, mangle: false, codegen: { removeWhitespace: true } }
  await built.write({ dir: "dist", format: "esm", entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js", minify })
  await built.close()
}

/** Code that looks for its neighbours goes on finding them: it is told where it lay, not where it lies. */
function ownPlace() {
  return {
    name: "own-place",
    transform(code, id) {
      if (!code.includes("import.meta.url")) return null
      const place = relative("src", id).split(sep).join("/").replace(/\.ts$/, ".js")
      return { code: code.replaceAll("import.meta.url", `new URL("~dist~/${place}", import.meta.url).href`), map: null }
    },
    renderChunk(code, { fileName }) {
      const up = "../".repeat(fileName.split("/").length - 1) || "./"
      return { code: code.replaceAll('"~dist~/', `"${up}`), map: null }
    },
  }
}
