// A zip of bulletins: each member is read as what it is.
import { readZip } from "../archive.js"
import type { BulletinFormat } from "./format.js"

export const zip: BulletinFormat = {
  name: "zip",
  title: "Zip of bulletins",
  recognize({ bytes }) {
    return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5) ? 0.9 : 0
  },
  async parse(input, draft) {
    const { members, faults } = await readZip(input.bytes)
    for (const { code, member, message } of faults) draft.problem(code, member ? `${input.name}!/${member}` : input.name, message)
    for (const { name, bytes } of members) {
      // What an archiver of a Mac leaves beside the files.
      if (/(?:^|\/)(?:__MACOSX\/|\.DS_Store$)/.test(name)) continue
      const part = await input.readPart(name, bytes)
      if (part) draft.absorb(part)
      else draft.problem("limit", `${input.name}!/${name}`, "archives nested too deep")
    }
  },
}
