// A bulletin that a command was given as a file; one sentence where it cannot be read.
import { type BulletinFile, readBulletinFile } from "../../intake/bulletin-file.js"
import { UsageError } from "../../model/problem.js"

/** `-` is standard input. */
export async function openBulletin(file: string): Promise<BulletinFile> {
  try {
    return await readBulletinFile(file)
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : (error as Error).message
    throw new UsageError(`cannot read the bulletin ${file}: ${reason}`)
  }
}
