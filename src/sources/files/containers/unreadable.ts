// Containers that are known and cannot be opened here. Their bytes would be searched in vain, and silence would look like absence.
import { startsWith, type Unreadable } from "./container.js"

const asText = "write it as JSON with `nfdump -r FILE -o json` and search the result"
const unpack = "unpack it and search the result"

export const unreadable: readonly Unreadable[] = [
  known("7z archive", [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]),
  known("RAR archive", [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]),
  known("cabinet archive", [0x4d, 0x53, 0x43, 0x46, 0, 0, 0, 0]),
  known("lzip file", [0x4c, 0x5a, 0x49, 0x50, 1]),
  known("lzop file", [0x89, 0x4c, 0x5a, 0x4f, 0, 0x0d, 0x0a]),
  known("file packed by compress (.Z)", [0x1f, 0x9d]),
  known("file packed by pack (.z)", [0x1f, 0x1e]),
  known("NetFlow capture (nfcapd)", [0x0c, 0xa5, 1, 0], asText),
  known("NetFlow capture (nfcapd)", [0x0c, 0xa5, 2, 0], asText),
  known("encrypted file (age)", [...Buffer.from("age-encryption.org/v1\n")], "decrypt it and search the result"),
  known("encrypted file (OpenSSL)", [...Buffer.from("Salted__")], "decrypt it and search the result"),
]

function known(title: string, magic: readonly number[], advice = unpack): Unreadable {
  return { title, advice, recognize: (head) => startsWith(head, magic) }
}
