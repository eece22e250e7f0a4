// Compiles src/ to dist/ and copies the data files that lie beside the code.
import { execFileSync } from "node:child_process"
import { chmodSync, cpSync, existsSync, rmSync } from "node:fs"
import { fileURLToPath } from "node:url"

process.chdir(fileURLToPath(new URL(".", import.meta.url)))
if (process.argv.includes("--clean")) rmSync("dist", { recursive: true, force: true })
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"], { stdio: "inherit" })
cpSync("src", "dist", { recursive: true, filter: (path) => !/\.ts$/.test(path) })
if (existsSync("dist/cli.js")) chmodSync("dist/cli.js", 0o755)
