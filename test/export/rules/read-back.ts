// Small readers of the targets' languages, written from their documentation, to read exports back.

/** Options of a Suricata or Snort rule as key and unescaped value; throws where the line is no rule. */
export function ruleOptions(line: string): readonly (readonly [key: string, value: string])[] {
  const rule = /^(?:alert|drop|block) (?:ip|tcp|udp|http|dns|tls) (\S+) any -> (\S+) (?:any|\d+) \( ?(.*;) ?\)$/.exec(line)
  if (!rule) throw new Error(`no rule: ${line}`)
  const options: (readonly [string, string])[] = []
  let rest = rule[3] as string
  while (rest.trim() !== "") {
    const one = /^\s*([a-z0-9_.]+)(?:[: ]\s*("(?:[^"\\;]|\\.)*"|[^";]*))?(?:,[a-z]+)*;/.exec(rest)
    if (!one) throw new Error(`no option: ${rest}`)
    options.push([one[1] as string, one[1] === "content" ? contentBytes((one[2] ?? "").slice(1, -1)) : (one[2] ?? "")])
    rest = rest.slice(one[0].length)
  }
  return options
}

/** Hex between bars, everything else as it stands. */
function contentBytes(text: string): string {
  const parts = text.split("|")
  const bytes = parts.map((part, at) => (at % 2 === 1 ? Buffer.from(part.replaceAll(" ", ""), "hex") : Buffer.from(part)))
  return Buffer.concat(bytes).toString("utf8")
}

/** A YAML single-quoted scalar, then Sigma's own escapes of wildcards undone. */
export function unquoteSigma(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replaceAll("''", "'")
    .replace(/(\\+)(?=[*?])/g, (run) => run.slice(0, (run.length - 1) / 2))
    .replace(/\\+$/, (run) => run.slice(0, run.length / 2))
}

/** String literals of a query, unescaped, and the text with each replaced by a word. */
export function literals(text: string, style: "double" | "backslash"): { readonly values: readonly string[]; readonly rest: string } {
  const values: string[] = []
  const pattern = style === "double" ? /"(?:[^"\\\n]|\\.)*"/g : /'(?:[^'\\\n]|\\.)*'/g
  const rest = text.replace(pattern, (literal) => {
    values.push(unescaped(literal.slice(1, -1)))
    return "LITERAL"
  })
  return { values, rest }
}

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/g, (_, four, two, char) =>
    char === undefined ? String.fromCharCode(Number.parseInt(four ?? two, 16)) : char,
  )
}

/** RFC 4180. */
export function csvCells(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]]
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy
  for (let match = cell.exec(text); match && match.index < text.length; match = cell.exec(text)) {
    rows[rows.length - 1]?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "")
    if (match[3] === "\r\n") rows.push([])
  }
  return rows.filter((row) => row.length > 0)
}
