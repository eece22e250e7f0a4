// The grid of scenarios that are run, each with its name in the table.

const base = { relays: 40, listed: 0.25, contamination: 0, targets: "shared", handOff: false, block: false, control: "operator" }
const row = (name, scenario, baselines = false) => ({ name, scenario: { ...base, ...scenario }, baselines, quick: baselines })
/** Belongs to the quick form too. */
const quick = (one) => ({ ...one, quick: true })
/** So many times as many trials: where few trials give leads, or few leads each, twenty leave the rate of wrong ones open. */
const oftenRun = new Map([
  ["L3, 10 % listed", 5],
  ["L1, 25 % listed, 30 % wrong", 3],
  ["L3, 25 % listed, 50 % wrong", 5],
  ["L3, targets partly shared", 10],
  ["L4, hand-offs", 10],
])
const levels = ["L1", "L2", "L3", "L4"]
const percent = (value) => `${Math.round(value * 100)} %`

const all = [
  ...levels.map((level) => row(`${level}, 25 % listed`, { level }, true)),
  ...levels.flatMap((level) => [0.1, 0.5].map((listed) => row(`${level}, ${percent(listed)} listed`, { level, listed }))),
  ...["L1", "L2", "L3"].flatMap((level) =>
    [0.1, 0.3, 0.5].map((contamination) => row(`${level}, 25 % listed, ${percent(contamination)} wrong`, { level, contamination })),
  ),
  row("L3, targets partly shared", { level: "L3", targets: "partly" }),
  row("L3, four-hour block", { level: "L3", block: true }),
  row("L3, 20 relays, half listed", { level: "L3", relays: 20, listed: 0.5 }),
  row("L3, 120 relays, 10 % listed", { level: "L3", relays: 120, listed: 0.1 }),
  row("L4, hand-offs", { level: "L4", handOff: true }),
  quick(row("control: decoys only, 10 seeds", { level: "L4", control: "none" })),
  row("control: decoys only, 20 seeds", { level: "L4", control: "none", listed: 0.5 }),
  row("control: decoys only, 4 seeds", { level: "L4", control: "none", listed: 0.1 }),
  row("control: no relays, no decoys", { level: "L4", control: "empty" }),
]

export const rows = all.map((one) => (oftenRun.has(one.name) ? { ...one, times: oftenRun.get(one.name) } : one))
