// What a receiver answers is text of others: none of it moves the terminal.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test, vi } from "vitest"
import { resend } from "../../../src/app/cli/watch-resend.js"
import { type AlertOutput, RefusedBatch } from "../../../src/app/deliver/alert-output.js"
import { Outbox } from "../../../src/app/deliver/outbox.js"
import { initWorkspace } from "../../../src/hits/store/workspace.js"
import { pause } from "../../../src/sources/live/pause.js"
import { alertWith } from "../deliver/alerts.js"

const receiver: AlertOutput = {
  name: "test",
  echoes: false,
  batchMax: 10,
  intervalMs: 0,
  deliver: () => Promise.reject(new RefusedBatch(`503 \u001b[2J\u001b]0;owned\u0007\r${"x".repeat(1000)}`)),
  close: async () => {},
}

test("the error of a receiver is shown without control characters, and not at any length", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sillage-resend-"))
  const workspace = initWorkspace(folder)
  const first = new Outbox(workspace.state, [receiver], { retryMs: { first: 1, most: 1 } })
  workspace.state.transaction(() => first.put([alertWith({ id: "alert-0001" })]))
  first.wake()
  while (first.status()[0]?.refused !== 1) await pause(5)
  await first.close(1000)
  let shown = ""
  const out = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    shown += String(text)
    return true
  })
  try {
    expect(await resend(workspace.state, [receiver], () => {})).toBe(3)
    expect(shown).toContain("1 not taken by test (503")
    expect(shown.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    expect(shown.length).toBeLessThan(500)
  } finally {
    out.mockRestore()
    workspace.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
