// The two founding articles as `sillage bulletin show` and `show --json` give them: exactly what they name, and not one indicator.
import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { bulletinToJson, renderBulletin } from "../../src/app/cli/bulletin-view.js"
import { readBulletin } from "../../src/intake/intake.js"

const articles = "../shared/data/articles/"
const plain = "000_b4c9401f2b55288f.txt"
const markdown = "002_81b82993068d0a2c.txt"

async function shown(name: string) {
  const bulletin = await readBulletin(name, readFileSync(articles + name))
  // As a reader of `--json` gets it.
  return { json: JSON.parse(JSON.stringify(bulletinToJson(bulletin))), page: renderBulletin(bulletin) }
}

describe.skipIf(!existsSync(articles))("the founding articles on a page and as JSON (skipped where the shared data is absent)", () => {
  test("plain text: publisher, date, bodies and actors; it names no bulletin, and says whose to look for", async () => {
    const { json, page } = await shown(plain)
    expect(json).toEqual({
      format: "text",
      title: expect.stringMatching(/^France Accuses China of/),
      publisher: "Homeland Security News Wire",
      published: "2021-07-22",
      tlp: null,
      pap: null,
      window: { from: null, to: null },
      request: null,
      contact: null,
      actors: [
        { name: "APT31", canonical: "APT31", source: `${plain}:13` },
        { name: "Sandworm", canonical: "Sandworm", source: `${plain}:23` },
      ],
      references: [],
      authorities: ["ANSSI", "CERT-FR"],
      campaigns: [],
      indicators: [],
      leftOut: [],
      problems: [],
    })
    expect(page.split("\n").slice(1, 3)).toEqual([
      "No indicators found: recognised as text.",
      "It names no bulletin by id or address; those whom it cites publish theirs: ANSSI, CERT-FR.",
    ])
    for (const line of [
      "Publisher Homeland Security News Wire",
      "Published 2021-07-22",
      "Actors    APT31; Sandworm",
      "no TLP (unmarked is not clear)",
    ])
      expect(page).toContain(line)
  })

  test("Markdown: information block, aliases, a misspelling, the alert, the request as a window, the contact; its links are left out", async () => {
    const { json, page } = await shown(markdown)
    const { leftOut, problems, references, ...rest } = json
    expect(rest).toEqual({
      format: "text",
      title: "France warns of APT31 cyberspies targeting French organizations",
      publisher: "Bleeping Computer",
      published: "2021-07-21",
      tlp: null,
      pap: null,
      window: { from: "2021-01-01", to: null },
      request: expect.stringContaining("searches should start at the beginning of 2021"),
      contact: "cert-fr.cossi@ssi.gouv.fr",
      actors: [
        { name: "APT31", canonical: "APT31", source: `${markdown}:1` },
        { name: "APP31", canonical: "APT31", source: `${markdown}:15`, note: expect.stringContaining("probable misspelling of APT31") },
        { name: "Zirconium", canonical: "APT31", source: `${markdown}:36` },
        { name: "Judgment Panda", canonical: "APT31", source: `${markdown}:36` },
        { name: "APT40", canonical: "APT40", source: `${markdown}:61` },
      ],
      authorities: ["ANSSI", "CISA", "NSA", "FBI"],
      campaigns: [],
      indicators: [],
    })
    const alert = "https://www.cert.ssi.gouv.fr/alerte/CERTFR-2020-ALE-019/"
    expect(references.slice(0, 2)).toEqual(["CERTFR-2020-ALE-019", alert])
    // Each of the links is there, with its reason and its line, and the same again as a problem.
    const links = [...readFileSync(articles + markdown, "utf8").matchAll(/\]\((\S+?)\)|<(https?:\S+?)>/g)].map(
      ([, one, other]) => one ?? other,
    )
    expect(new Set(leftOut.map(({ value }: { value: string }) => value))).toEqual(new Set(links))
    expect(new Set(leftOut.map(({ reason }: { reason: string }) => reason))).toEqual(new Set(["the target of a link"]))
    expect(problems.map(({ code }: { code: string }) => code)).toEqual(leftOut.map(() => "indicator-reference"))
    expect(page.split("\n").slice(1, 5)).toEqual([
      "No indicators found: recognised as text.",
      "Hunt with the bulletins that it points to:",
      "  CERTFR-2020-ALE-019",
      `  ${alert}`,
    ])
    for (const line of [
      "Publisher Bleeping Computer",
      "Published 2021-07-21",
      "Window    2021-01-01 to open",
      "Contact   cert-fr.cossi@ssi.gouv.fr",
      "APP31 = APT31 (probable misspelling of APT31, which the same text names); Zirconium = APT31; Judgment Panda = APT31",
    ])
      expect(page).toContain(line)
  })
})
