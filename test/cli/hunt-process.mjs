// One recorded hunt in a process of its own, without what the command line loads beside: to be killed at any point.
// Arguments: folder of the workspace, folder of the logs, `index` to build and use the index meanwhile. Says "begun" on stderr, and the answer on stdout.

import { beginHunt, endHunt, resumedTask } from "../../dist/app/cli/hunt-record.js"
import { summarize } from "../../dist/app/cli/summary.js"
import { initWorkspace } from "../../dist/hits/store/workspace.js"
import { hunt } from "../../dist/hunt/hunt.js"

const [dir, logs, indexed] = process.argv.slice(2)
const workspace = initWorkspace(dir)
const indicator = (value) => ({ type: "ipv4-addr", value, bulletin: "command line", marks: [], provenance: "command line" })
const fresh = {
  asked: { paths: [logs], since: null, until: null, tz: null, own: [], trustedProxies: [] },
  range: { since: null, until: null },
  intake: { indicators: ["203.0.113.9", "203.0.113.10"].map(indicator), bulletins: [], problems: [] },
}
const task = workspace.hunts.unfinished() ? resumedTask(workspace) : fresh
process.stderr.write("begun\n")
const id = beginHunt(workspace, task, false)
const record = { units: workspace.units, version: "test", fresh: false, now: () => new Date() }
const { asked, range, intake } = task
const request = {
  ...range,
  ...asked,
  indicators: intake.indicators,
  workers: 1,
  record,
  ...(indexed ? { index: { folder: `${dir}/index`, program: "test", build: true } } : {}),
}
const answer = await hunt(request)
const triage = { triage: answer.hits.map(() => null), problems: [] }
const { problems } = answer
const summary = summarize({ version: "test", range, answer, problems, indicators: intake.indicators })
const unkept = endHunt(workspace, id, { answer, triage, problems, summary })
if (unkept) throw new Error(unkept.message)
const { units, ...rest } = answer
const kept = { hits: [...workspace.hunts.hits(id)], coverage: workspace.hunts.coverage(id), problems: workspace.hunts.problems(id) }
// What the index rules out is not called searched: of the coverage only the bytes differ.
const { coverage, ...found } = rest
const all = { ...found, coverage: indexed ? coverage.map(({ bytes, ...entry }) => [bytes.size, entry]) : coverage }
process.stdout.write(JSON.stringify({ units, answer: JSON.stringify(all), kept: JSON.stringify(indexed ? kept.hits : kept) }))
workspace.close()
