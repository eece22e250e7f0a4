// Bulletins that a command was given as a file or folder; one sentence where they cannot be read.
import { type BulletinFiles, readBulletinFiles } from "../../intake/bulletin-file.js"
import { UsageError } from "../../model/problem.js"

/** `-` is standard input; a folder is a MISP feed or holds bulletins. At least one. */
export async function openBulletins(path: string): Promise<BulletinFiles> {
  const opened = await readBulletinFiles(path).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot read the bulletin ${path}: ${error.code === "ENOENT" ? "there is no such file" : error.message}`)
  })
  if (opened.files.length === 0) {
    const [problem] = opened.problems
    throw new UsageError(`there is no bulletin in ${path}${problem ? `: ${problem.message}` : ""}`)
  }
  return opened
}
