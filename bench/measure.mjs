// Runs one command and measures it whole: from exec to exit, children included, its output read through a pipe.
import { spawn } from "node:child_process"
import { accessSync, constants, readFileSync, rmSync } from "node:fs"
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os"
import { delimiter, join } from "node:path"

/** GNU time knows processor time and peak memory; the shell's own `times` only the former. */
export const timer = findTimer()

function findTimer() {
  const gnu = which("time")
  return gnu === undefined ? { name: "sh `times` (no peak memory)" } : { name: "GNU time", path: gnu }
}

/** The path of a program, undefined if it is not installed. */
export function which(program) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, program)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {}
  }
  return undefined
}

let runs = 0
/** Node reads such a bundle of certificates at every start, whatever it runs then: that belongs to the machine. */
const { NODE_EXTRA_CA_CERTS: _, ...inherited } = process.env

/**
 * `{code, output, wall, cpu, memory}`: seconds, seconds (user and system), MiB or null. `collect` decides what is kept of the output.
 * After `timeoutMs` the command is ended and `code` is null.
 */
export async function measure([program, ...parameters], { env = {}, timeoutMs = 900_000, collect = true } = {}) {
  const report = join(tmpdir(), `sillage-bench-${process.pid}-${runs++}`)
  const command =
    timer.path === undefined
      ? ["sh", "-c", `"$@"; code=$?; times > ${JSON.stringify(report)}; exit $code`, "sh", program, ...parameters]
      : [timer.path, "-q", "-o", report, "-f", "%U %S %M", program, ...parameters]
  const started = performance.now()
  const child = spawn(command[0], command.slice(1), { stdio: ["ignore", "pipe", "pipe"], env: { ...inherited, ...env }, detached: true })
  const chunks = []
  const errors = []
  let bytes = 0
  child.stdout.on("data", (chunk) => {
    bytes += chunk.length
    if (collect) chunks.push(chunk)
  })
  child.stderr.on("data", (chunk) => errors.push(chunk))
  // The whole group: the timer and what it runs.
  const timeout = setTimeout(() => process.kill(-child.pid, "SIGKILL"), timeoutMs)
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("close", resolve)
  })
  clearTimeout(timeout)
  const wall = (performance.now() - started) / 1000
  const usage = code === null ? { cpu: null, memory: null } : readUsage(report)
  rmSync(report, { force: true })
  return { code, output: Buffer.concat(chunks), bytes, errors: Buffer.concat(errors).toString("utf8"), wall, ...usage }
}

function readUsage(report) {
  const text = readFileSync(report, "utf8")
  if (timer.path !== undefined) {
    const [user, system, kilobytes] = text.trim().split("\n").at(-1).split(" ").map(Number)
    return { cpu: user + system, memory: kilobytes / 1024 }
  }
  // The second line is for the children: `0m1.23s 0m0.45s`.
  const seconds = text
    .trim()
    .split("\n")[1]
    .split(" ")
    .map((part) => /(\d+)m([\d.]+)s/.exec(part))
    .map(([, minutes, rest]) => Number(minutes) * 60 + Number(rest))
  return { cpu: seconds[0] + seconds[1], memory: null }
}

export function median(values) {
  const sorted = values.filter((value) => value !== null && Number.isFinite(value)).sort((one, other) => one - other)
  if (sorted.length === 0) return null
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** What the figures were taken on. */
export function machine() {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    timer: timer.name,
  }
}
