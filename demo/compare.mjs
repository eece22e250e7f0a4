// Holds the answer of a hunt against what was planted: found, missed, false, and at the right time.

/** `lines` is the machine output of one hunt over `root`; `truth` is the archive's `plants.json`. */
export function compare(lines, truth, root) {
  const objects = lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
  const hits = objects.filter(({ type }) => type === "hit")
  const expected = new Map(truth.plants.filter(({ expect }) => expect !== "lead").map((plant) => [keyOf(plant.file, plant), plant]))
  const seen = new Map()
  const falseHits = []
  for (const hit of hits) {
    const keys = [hit.source, ...hit.also].map((place) => keyOf(below(place.path, root), { ...place, value: hit.indicator.value }))
    const known = keys.filter((key) => expected.has(key))
    if (known.length === 0) falseHits.push({ hit, reason: "nothing was planted there" })
    for (const key of known) {
      const plant = expected.get(key)
      const fault = faultOf(plant, hit)
      if (fault === undefined) seen.set(key, hit)
      else falseHits.push({ hit, reason: fault })
    }
  }
  const rows = new Map()
  for (const [key, plant] of expected) {
    const name = plant.expect === "hit" ? plant.kind : { outside: "outside the window", echo: `listed only (${plant.kind})` }[plant.expect]
    const row = rows.get(name) ?? { name, expect: plant.expect, planted: 0, found: 0, missed: [] }
    row.planted++
    if (seen.has(key)) row.found++
    else if (plant.expect !== "outside") row.missed.push(plant)
    rows.set(name, row)
  }
  return {
    rows: [...rows.values()],
    missed: [...rows.values()].flatMap(({ missed }) => missed),
    falseHits,
    nearMisses: truth.nearMisses.length,
    leads: new Set(truth.relays).size,
    summary: objects.find(({ type }) => type === "summary"),
    incomplete: objects.filter(({ type, state }) => type === "coverage" && state !== "searched"),
  }
}

/** Why a hit on a planted line is nevertheless wrong; undefined if it is right. */
function faultOf(plant, hit) {
  if (plant.expect === "outside") return `outside the window (${plant.time})`
  if (plant.expect === "echo") return hit.echo === null ? "an entry of a list was taken for a contact" : undefined
  if (hit.echo !== null) return `a contact was taken for an entry of a list (${hit.echo})`
  if (plant.strength !== hit.strength) return `strength ${hit.strength} instead of ${plant.strength}`
  if (plant.time !== undefined && !covers(hit.time, Date.parse(plant.time)))
    return `time ${JSON.stringify(hit.time)} instead of ${plant.time}`
  return undefined
}

/** The truth is cut to the second. */
function covers(time, instant) {
  if (time === null) return false
  const from = time.earliest === null ? Number.NEGATIVE_INFINITY : Date.parse(time.earliest)
  const to = time.latest === null ? Number.POSITIVE_INFINITY : Date.parse(time.latest)
  return instant + 1000 > from && instant <= to
}

const keyOf = (path, { member, line, value }) => [path, member ?? "", line, value].join("\0")

const below = (path, root) => path.slice(root.length + 1).replaceAll("\\", "/")

/** The comparison as a plain table. */
export function render({ rows, missed, falseHits, nearMisses, leads }) {
  const width = Math.max(...rows.map(({ name }) => name.length), 20)
  const number = (value) => String(value).padStart(8)
  const line = (name, ...columns) => `  ${name.padEnd(width)}${columns.map(number).join("")}`
  const table = rows.map(({ name, expect, planted, found, missed: lost }) =>
    expect === "outside" ? line(name, planted, "-", "-") : line(name, planted, found, lost.length),
  )
  return [
    "What was planted, and what was found:",
    "",
    line("", "planted", "found", "missed"),
    ...table,
    "",
    `  ${nearMisses} near misses (longer octets, version numbers, neighbours) stand in the archive; none may be reported.`,
    `  ${leads} unlisted relays of the same operator stand there too: a hunt cannot know them, the pivot can.`,
    "",
    ...missed.map(
      ({ file, member, line: at, value, kind }) => `  MISSED  ${value}  ${kind}  ${[file, member].filter(Boolean).join("!/")}:${at}`,
    ),
    ...falseHits.map(
      ({ hit, reason }) =>
        `  FALSE   ${hit.indicator.value}  ${hit.source.path}${hit.source.member ? `!/${hit.source.member}` : ""}:${hit.source.line}  ${reason}`,
    ),
    missed.length + falseHits.length === 0
      ? "  Everything planted was found, and nothing else was reported."
      : `  ${missed.length} missed, ${falseHits.length} false.`,
    "",
  ].join("\n")
}
