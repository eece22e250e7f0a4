// Compiles src/ to dist/ and copies the data files that lie beside the code. Then the program and its threads are written once more, each with what
// it needs in a few files (hundreds of small ones cost a start more than a hunt through an index takes), and rehearsed, so that what the engine
// compiles lies beside them (src/launch.ts).
import { execFileSync } from "node:child_process"
import { chmodSync, cpSync, rmSync, writeFileSync } from "node:fs"
import { relative, sep } from "node:path"
import { fileURLToPath } from "node:url"

process.chdir(fileURLToPath(new URL(".", import.meta.url)))
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"], { stdio: "inherit" })
cpSync("src", "dist", { recursive: true, filter: (path) => !/\.ts$/.test(path) })
const threads = ["hunt/worker", "hunt/profile-worker", "hunt/watch-worker"]
await bundle({ cli: "app/cli/main", ...Object.fromEntries(threads.map((thread) => [thread, thread])) })
const launched = (name) => `launch("${name}", (name) => import(name))`
writeFileSync(
  "dist/cli.js",
  `#!/usr/bin/env node\nimport { launch } from "./launch.js"\n\nawait ${launched("cli")}.main(process.argv.slice(2))\n`,
)
chmodSync("dist/cli.js", 0o755)
for (const thread of threads) writeFileSync(`dist/${thread}.js`, `import { launch } from "../launch.js"\n\n${launched(thread)}\n`)
execFileSync(process.execPath, ["rehearse.mjs"], { stdio: ["ignore", "inherit", "inherit"] })

async function bundle(entries) {
  const { rolldown } = await import("rolldown")
  rmSync("dist/chunks", { recursive: true, force: true })
  const built = await rolldown({
    input: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, `./src/${path}.ts`])),
    platform: "node",
    external: /^[^./]/,
    resolve: { extensionAlias: { ".js": [".ts"] } },
    plugins: [ownPlace(), packagesByLauncher(), ascii()],
  })
  // Only what is no code goes: names stay, so that a stack tells where.
  const minify = { compress: false, mangle: false, codegen: { removeWhitespace: true } }
  await built.write({ dir: "dist/chunks", format: "cjs", entryFileNames: "[name].cjs", chunkFileNames: "[name]-[hash].cjs", minify })
  await built.close()
}

/** Code that looks for its neighbours goes on finding them: it is told where it lay, not where it lies. `dist` comes from src/launch.ts. */
function ownPlace() {
  return {
    name: "own-place",
    transform(code, id) {
      if (!code.includes("import.meta.url")) return null
      const place = relative("src", id).split(sep).join("/").replace(/\.ts$/, ".js")
      return { code: code.replaceAll("import.meta.url", `new URL("${place}", dist).href`), map: null }
    },
  }
}

/** A script whose compiled code is taken back has lost its way of importing: its launcher imports the packages for it. */
function packagesByLauncher() {
  return {
    name: "packages-by-launcher",
    generateBundle(_, files) {
      for (const file of Object.values(files)) file.code = file.code.replace(/\bimport\((?=[`"'])/g, "importPackage(")
    },
  }
}

/** The engine keeps text of other characters with two bytes for each; an escape says the same in a string, a template and a pattern. */
function ascii() {
  return {
    name: "ascii",
    generateBundle(_, files) {
      for (const file of Object.values(files))
        file.code = file.code.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    },
  }
}
