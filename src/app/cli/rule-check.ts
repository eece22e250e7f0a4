// Proof of an export: the target's own checker reads the written files, where it is installed.
import { spawn } from "node:child_process"
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import type { Checker, RuleExporter } from "../../export/rules/exporter.js"

export interface CheckResult {
  /** The program that read the files; null: none of the target's checkers is installed. */
  readonly program: string | null
  readonly passed: boolean | null
  /** What it printed, at most 4,000 characters. */
  readonly output: string
  /** The programs that were looked for. */
  readonly looked: readonly string[]
}

const outputMax = 4_000
const timeoutMs = 120_000

/** Runs the first installed checker of the exporter over `files` in `dir`. */
export async function checkRules(exporter: RuleExporter, dir: string, files: readonly string[]): Promise<CheckResult> {
  const looked = exporter.checkers.map(({ program }) => program)
  for (const checker of exporter.checkers) {
    const program = findProgram(checker.program)
    if (program === undefined) continue
    const results = []
    for (const args of callsOf(checker, dir, files)) results.push(await run(program, args, dir))
    return {
      program: checker.program,
      passed: results.every(({ code }) => code === 0),
      output: results
        .map(({ output }) => output)
        .join("\n")
        .slice(0, outputMax),
      looked,
    }
  }
  return { program: null, passed: null, output: "", looked }
}

function callsOf({ args, files: pattern }: Checker, dir: string, files: readonly string[]): readonly (readonly string[])[] {
  const filled = (file: string): readonly string[] => args.map((arg) => arg.replace("{dir}", dir).replace("{file}", join(dir, file)))
  if (!args.some((arg) => arg.includes("{file}"))) return [filled("")]
  return files.filter((file) => pattern?.test(file) ?? true).map(filled)
}

/** Administrators' programs are not always on the path of a user. */
function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin", "/usr/local/sbin"]
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false // not there: look on
      }
    })
}

function run(program: string, args: readonly string[], cwd: string): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs })
    let output = ""
    const take = (data: Buffer): void => {
      if (output.length < outputMax) output += data.toString("utf8")
    }
    child.stdout.on("data", take)
    child.stderr.on("data", take)
    child.on("error", (error) => resolve({ code: null, output: `${program}: ${error.message}` }))
    child.on("close", (code) => resolve({ code, output }))
  })
}
