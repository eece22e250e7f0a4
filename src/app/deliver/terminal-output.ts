// Alerts for a person who looks at a terminal: one line each, the most telling in colour.
import { write } from "../cli/context.js"
import type { AlertOutput, Told } from "./alert-output.js"
import { echoSentence, sentenceOf, severityOf } from "./alert-text.js"

export function terminalOutput(color: boolean): AlertOutput {
  return {
    name: "terminal",
    echoes: true,
    batchMax: 200,
    intervalMs: 0,
    deliver: (batch) => write(batch.map((one) => `${lineOf(one, color)}\n`).join("")),
    close: async () => {},
  }
}

/** Time of day of the event, so that a line fits; the full instant stands in the machine output. */
export function lineOf(told: Told, color: boolean): string {
  if (told.type === "echo") return paint(`${told.since.slice(0, 19)}Z  ${echoSentence(told)}`, dim, color)
  const seen = (told.lastSeen ?? told.raisedAt).slice(0, 19)
  const again = told.revision > 1 ? "  again: " : "  "
  const severity = severityOf(told)
  return paint(`${seen}Z${again}${sentenceOf(told)}`, severity >= 8 ? red : severity >= 5 ? yellow : "", color)
}

const red = "\x1b[1;31m"
const yellow = "\x1b[33m"
const dim = "\x1b[2m"

function paint(text: string, style: string, color: boolean): string {
  return color && style !== "" ? `${style}${text}\x1b[0m` : text
}
