// The rankings to beat: few requests, same /16, same user agent, Jaccard and TF-IDF likeness to the seeds.

/** Address to score, by method. */
export function baselines(records, seeds) {
  const profiles = new Map()
  for (const record of records) {
    let known = profiles.get(record.source)
    if (!known) profiles.set(record.source, (known = { tokens: new Set(), agents: new Set(), count: 0 }))
    known.count++
    const path = record.fields["url.path"]
    const agent = record.fields["user_agent.original"] ?? "-"
    known.agents.add(agent)
    known.tokens.add(`u${agent}`)
    if (!/\.(css|js|png|jpe?g|gif|ico|svg)$/i.test(path)) known.tokens.add(`p${path}`)
  }
  const seedProfiles = seeds.map((seed) => profiles.get(seed)).filter(Boolean)
  const networks = new Set(seeds.map((seed) => seed.split(".").slice(0, 2).join(".")))
  const frequency = new Map()
  for (const { tokens } of profiles.values()) for (const token of tokens) frequency.set(token, (frequency.get(token) ?? 0) + 1)
  const weight = (token) => Math.log(profiles.size / frequency.get(token))
  const norm = (tokens) => Math.sqrt([...tokens].reduce((sum, token) => sum + weight(token) ** 2, 0)) || 1
  const candidates = [...profiles].filter(([address]) => !seeds.includes(address))
  const rank = (score) =>
    candidates
      .map(([value, profile]) => ({ value, score: score(profile, value) }))
      .sort((a, b) => b.score - a.score || (a.value < b.value ? -1 : 1))
      .map((one) => one.value)
  const overlap = (a, b) => [...a].filter((token) => b.has(token))
  return {
    "few requests": rank((profile) => -profile.count),
    "same /16": rank((_, address) => (networks.has(address.split(".").slice(0, 2).join(".")) ? 1 : 0)),
    "same user agent": rank((profile) => seedProfiles.filter((seed) => overlap(seed.agents, profile.agents).length > 0).length),
    Jaccard: rank((profile) =>
      mean(seedProfiles, (seed) => {
        const both = overlap(seed.tokens, profile.tokens).length
        return both / (seed.tokens.size + profile.tokens.size - both)
      }),
    ),
    "TF-IDF": rank((profile) =>
      mean(
        seedProfiles,
        (seed) =>
          overlap(seed.tokens, profile.tokens).reduce((sum, token) => sum + weight(token) ** 2, 0) /
          norm(seed.tokens) /
          norm(profile.tokens),
      ),
    ),
  }
}

function mean(list, value) {
  return list.length === 0 ? 0 : list.reduce((sum, one) => sum + value(one), 0) / list.length
}
