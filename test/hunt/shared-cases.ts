// The shared semantic cases that name one indicator and the files to look for it in; none where the shared data is absent.
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export interface Content {
  readonly name: string
  readonly text?: string
  readonly b64?: string
  readonly parts?: readonly Content[]
  readonly times?: number
  readonly mtime?: string
}

export interface Case {
  readonly id: string
  readonly indicator: string
  readonly tz?: string
  readonly files: readonly Content[]
}

const folder = fileURLToPath(new URL("../../../shared/cases", import.meta.url))
export const areAbsent = !existsSync(folder)

export function sharedCases(): readonly Case[] {
  if (areAbsent) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean))
    .map((line) => JSON.parse(line) as Case)
    .filter(({ indicator, files }) => indicator !== undefined && files !== undefined)
}

export function writeContent(path: string, content: Content): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytesOf(content))
  const time = new Date(content.mtime ?? "2021-07-20T12:00:00Z")
  utimesSync(path, time, time)
}

function bytesOf({ text, b64, parts, times = 1 }: Content): Buffer {
  const once = parts ? Buffer.concat(parts.map(bytesOf)) : Buffer.from(text ?? b64 ?? "", text === undefined ? "base64" : "utf8")
  return Buffer.concat(Array(times).fill(once))
}
