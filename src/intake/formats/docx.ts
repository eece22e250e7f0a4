// Word documents: the text of paragraphs and table cells, comments and notes; targets of links are references.
import { readZip } from "../archive.js"
import { decodeText } from "../decode.js"
import type { BulletinDraft } from "../draft.js"
import { readMeaning } from "../meaning.js"
import { readProse } from "../prose.js"
import { descendants, parseXml, type XmlElement } from "../xml.js"
import type { BulletinFormat } from "./format.js"

export const docx: BulletinFormat = {
  name: "docx",
  title: "Word document (.docx)",
  recognize({ bytes }) {
    if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return 0
    // The directory at the end of a zip holds the member names in plain.
    const tail = new TextDecoder("latin1").decode(bytes.subarray(Math.max(0, bytes.length - 128 * 1024)))
    return tail.includes("word/document.xml") && tail.includes("[Content_Types].xml") ? 1 : 0
  },
  async parse(input, draft) {
    const { members, faults } = await readZip(input.bytes, (name) =>
      /^(?:word\/(?:document|footnotes|endnotes|comments|header\d*|footer\d*)\.xml|word\/_rels\/document\.xml\.rels|docProps\/core\.xml)$/.test(
        name,
      ),
    )
    for (const { code, member, message } of faults) draft.problem(code, member ? `${input.name}!/${member}` : input.name, message)
    const part = (name: string): string | undefined => {
      const member = members.find((one) => one.name === name)
      return member && decodeText(member.bytes).text
    }
    describe(part("docProps/core.xml"), draft)
    const bodies = members
      .filter(({ name }) => /^word\/\w+\.xml$/.test(name))
      .sort((a, b) => Number(b.name === "word/document.xml") - Number(a.name === "word/document.xml"))
    for (const { name, bytes } of bodies) {
      const { root, faults: broken } = parseXml(decodeText(bytes).text)
      for (const { code, line, message } of broken) draft.problem(code, `${input.name}!/${name}:${line}`, message)
      if (!root) continue
      const text = textOf(root)
      if (name === "word/document.xml") readMeaning(text, input.name, draft)
      readProse(text, { name: name === "word/document.xml" ? input.name : `${input.name}!/${name}` }, draft)
    }
    const links = [...(part("word/_rels/document.xml.rels") ?? "").matchAll(/Target="((?:https?|ftp):[^"]+)"/g)].map((match) => ({
      address: match[1]!.replaceAll("&amp;", "&"),
      line: 1,
    }))
    readProse("", { name: input.name, links }, draft)
  },
}

function describe(core: string | undefined, draft: BulletinDraft): void {
  const { root } = parseXml(core ?? "")
  if (!root) return
  draft.title ??= descendants(root, "title")[0]?.text || null
  draft.published ??= (descendants(root, "created")[0]?.text ?? "").slice(0, 10) || null
}

/** A line for each paragraph; the cells of a row stand on one line between tabs. */
function textOf(root: XmlElement): string {
  const lines: string[] = []
  const walk = (element: XmlElement): void => {
    if (element.name === "tbl") {
      for (const row of element.children.filter(({ name }) => name === "tr"))
        lines.push(
          row.children
            .filter(({ name }) => name === "tc")
            .map((cell) => paragraphs(cell).join(" "))
            .join("\t"),
        )
    } else if (element.name === "p") lines.push(runs(element))
    else for (const one of element.children) walk(one)
  }
  walk(root)
  return lines.join("\n")
}

function paragraphs(cell: XmlElement): readonly string[] {
  return descendants(cell, "p").map(runs)
}

function runs(paragraph: XmlElement): string {
  let text = ""
  const walk = (element: XmlElement): void => {
    for (const one of element.children) {
      if (one.name === "t" || one.name === "instrText") text += one.name === "t" ? one.text || " " : ""
      else if (one.name === "tab") text += "\t"
      else if (one.name === "br" || one.name === "cr") text += "\n"
      else if (one.name !== "del") walk(one)
    }
  }
  walk(paragraph)
  return text
}
