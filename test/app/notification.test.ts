// The notification: what the mail says, whom it goes to, what protects it; and that no value of a log becomes a header.
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as openpgp from "openpgp"
import PostalMime from "postal-mime"
import { beforeAll, describe, expect, test } from "vitest"
import { composeMail, type Notification } from "../../src/app/deliver/notification.js"
import { parseSmtpServer } from "../../src/app/deliver/smtp.js"
import { addresseeOf, isMailAddress, mailIn } from "../../src/export/reports/addressee.js"
import { buildReport } from "../../src/export/reports/build-report.js"
import { mailBody } from "../../src/export/reports/mail-body.js"
import { UsageError } from "../../src/model/problem.js"
import { bulletin, profile, reportInput } from "../export/reports/example.js"

const file = { name: "report.csv", bytes: 4, sha256: "0".repeat(64) }

function notification(patch: Partial<Notification> = {}): Notification {
  return {
    to: { name: "CERT", email: "cert@cert.example" },
    from: { name: "Ada Martin", email: "rssi@corp.example" },
    body: mailBody(buildReport(reportInput({ language: "fr" })), { name: "CERT" }, [file], []),
    attachments: [{ name: file.name, mediaType: "text/csv", content: Buffer.from("a,b\n") }],
    at: "2021-07-22T12:00:00Z",
    id: "00000000-0000-5000-8000-000000000000",
    language: "fr",
    coverSubject: "TLP:AMBER encrypted",
    ...patch,
  }
}

describe("the mail", () => {
  test("is text and HTML with its attachments, the same bytes twice", async () => {
    const message = await composeMail(notification())
    expect(Buffer.compare(message, await composeMail(notification()))).toBe(0)
    const mail = await PostalMime.parse(message)
    expect(mail.subject).toContain("[TLP:AMBER] Signalement")
    expect(mail.to?.[0]).toEqual({ name: "CERT", address: "cert@cert.example" })
    expect(mail.date).toBe("2021-07-22T12:00:00.000Z")
    expect(mail.text).toContain("À l'attention de CERT,")
    expect(mail.text).toContain(file.sha256)
    expect(mail.html).toContain("192.0.2[.]10")
    expect(mail.attachments.map((one) => [one.filename, one.mimeType, Buffer.from(one.content as ArrayBuffer).toString()])).toEqual([
      ["report.csv", "text/csv", "a,b\n"],
    ])
  })

  test("takes no header from a value", async () => {
    const evil = "x\r\nBcc: victim@evil.example\r\n\r\n<script>alert(1)</script>"
    const report = buildReport(
      reportInput({ bulletins: [{ ...bulletin, title: evil }], facts: { ...reportInput().facts, id: evil, impact: evil } }),
    )
    const body = mailBody(report, { name: evil }, [{ ...file, name: evil }], [])
    const message = await composeMail(
      notification({
        to: { name: evil, email: "cert@cert.example" },
        from: { name: evil, email: "rssi@corp.example" },
        body,
        attachments: [{ ...(notification().attachments[0] as never as object), name: evil } as never],
      }),
    )
    const mail = await PostalMime.parse(message)
    expect(mail.headers.map((one) => one.key)).not.toContain("bcc")
    expect(mail.to).toHaveLength(1)
    expect(mail.attachments).toHaveLength(1)
    expect(mail.html).not.toContain("<script>")
    const covered = await composeMail(
      notification({ to: { name: evil, email: "cert@cert.example" }, coverSubject: evil.replace(/[\r\n]/g, " ") }),
      { encryptTo: await recipientKey() },
    )
    expect((await PostalMime.parse(covered)).headers.map((one) => one.key)).not.toContain("bcc")
  })

  test("names what is too large to be attached, with its digest", () => {
    const body = mailBody(buildReport(reportInput()), { name: "CERT" }, [], [{ ...file, bytes: 9_000_000 }])
    expect(body.text).toContain("Not attached because of its size")
    expect(body.text).toContain(`report.csv  9\u00a0MB  ${file.sha256}`)
  })

  test("of a search without a hit says so", () => {
    const report = buildReport(reportInput({ hits: [], hunt: { ...reportInput().hunt, complete: true } }))
    const body = mailBody(report, { name: "CERT" }, [], [])
    expect(body.subject).toContain("searched, none seen")
    expect(body.text).toContain("None of the 4 indicators hunted was seen. Everything given was searched.")
  })
})

let keys: { privateKey: string; publicKey: string; other: string }
const recipientKey = async () => keys.publicKey

beforeAll(async () => {
  const make = (email: string) => openpgp.generateKey({ userIDs: [{ email }], format: "armored", config: { v6Keys: false } })
  const [own, other] = [await make("cert@cert.example"), await make("rssi@corp.example")]
  keys = { privateKey: own.privateKey, publicKey: own.publicKey, other: other.privateKey }
})

describe("PGP/MIME", () => {
  test("encrypted and signed opens to the whole mail, and nothing of it stands outside", async () => {
    const message = await composeMail(notification(), { encryptTo: keys.publicKey, sign: { privateKey: keys.other, password: undefined } })
    const text = Buffer.from(message).toString("latin1")
    expect(text).toMatch(/^Content-Type: multipart\/encrypted; protocol="application\/pgp-encrypted"/m)
    expect(text).toContain("Subject: TLP:AMBER encrypted\r\n")
    expect(text).not.toContain("192.0.2")
    const armoured = /-----BEGIN PGP MESSAGE-----[\s\S]*-----END PGP MESSAGE-----/.exec(text)?.[0] as string
    const opened = await openpgp.decrypt({
      message: await openpgp.readMessage({ armoredMessage: armoured }),
      decryptionKeys: await openpgp.readPrivateKey({ armoredKey: keys.privateKey }),
      verificationKeys: (await openpgp.readPrivateKey({ armoredKey: keys.other })).toPublic(),
      format: "binary",
    })
    expect(await opened.signatures[0]?.verified).toBe(true)
    const inner = await PostalMime.parse(Buffer.from(opened.data as Uint8Array))
    expect(inner.text).toContain("192.0.2[.]10")
    expect(inner.attachments[0]?.filename).toBe("report.csv")
  })

  test("signed alone holds over the part as it is sent", async () => {
    const message = await composeMail(notification(), { sign: { privateKey: keys.other, password: undefined } })
    const text = Buffer.from(message).toString("latin1")
    const boundary = /boundary="(=_sillage[^"]+)"/.exec(text)?.[1] as string
    const [, part, second] = text.split(`--${boundary}`)
    const signature = /-----BEGIN PGP SIGNATURE-----[\s\S]*-----END PGP SIGNATURE-----/.exec(second as string)?.[0] as string
    const verified = await openpgp.verify({
      message: await openpgp.createMessage({ binary: Buffer.from((part as string).slice(2, -2), "latin1") }),
      signature: await openpgp.readSignature({ armoredSignature: signature }),
      verificationKeys: (await openpgp.readPrivateKey({ armoredKey: keys.other })).toPublic(),
    })
    expect(await verified.signatures[0]?.verified).toBe(true)
  })

  test("a long cover subject is whole, of what script ever, in lines that mail takes", async () => {
    const subject = `TLP:AMBER Signalement chiffré SIL-20210722-0A4D85AA ${"é😀".repeat(20)}`
    const message = Buffer.from(await composeMail(notification({ coverSubject: subject }), { encryptTo: keys.publicKey })).toString(
      "latin1",
    )
    expect((await PostalMime.parse(message)).subject).toBe(subject)
    expect(
      Math.max(
        ...message
          .split("\r\n\r\n")[0]!
          .split("\r\n")
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(90)
  })

  test("a key that cannot encrypt is the user's fault, not ours", async () => {
    const { publicKey } = await openpgp.generateKey({
      userIDs: [{ email: "sign@cert.example" }],
      subkeys: [],
      format: "armored",
      config: { v6Keys: false },
    })
    await expect(composeMail(notification(), { encryptTo: publicKey })).rejects.toThrow(UsageError)
    await expect(composeMail(notification(), { encryptTo: publicKey })).rejects.toThrow(/^cannot encrypt to the key [0-9A-F]{40}: /)
  })

  test("gpg decrypts and verifies it, where it is installed", { timeout: 60_000 }, async (context) => {
    if (!hasGpg()) return context.skip("gpg is not installed")
    const home = mkdtempSync(join(tmpdir(), "sillage-gpg-"))
    const gpg = (args: readonly string[]) =>
      execFileSync("gpg", ["--batch", "--quiet", "--homedir", home, ...args], { stdio: ["ignore", "pipe", "pipe"] })
    try {
      for (const [name, key] of Object.entries({ "own.asc": keys.privateKey, "other.asc": keys.other })) {
        writeFileSync(join(home, name), key)
        gpg(["--import", join(home, name)])
      }
      const message = await composeMail(notification(), {
        encryptTo: keys.publicKey,
        sign: { privateKey: keys.other, password: undefined },
      })
      writeFileSync(
        join(home, "mail.asc"),
        /-----BEGIN PGP MESSAGE-----[\s\S]*-----END PGP MESSAGE-----/.exec(Buffer.from(message).toString("latin1"))?.[0] as string,
      )
      const status = join(home, "status")
      const plain = gpg(["--status-file", status, "--decrypt", join(home, "mail.asc")])
      expect((await PostalMime.parse(plain)).attachments[0]?.filename).toBe("report.csv")
      expect(execFileSync("cat", [status], { encoding: "utf8" })).toMatch(/GOODSIG/)
    } finally {
      execFileSync("gpgconf", ["--homedir", home, "--kill", "all"], { stdio: "ignore" })
      rmSync(home, { recursive: true, force: true })
    }
  })
})

describe("the addressee", () => {
  const cert = { ...bulletin, contact: "CERT-FR <campagne@ssi.gouv.fr>" }

  test("is the contact that the bulletin of this team names, first of all", () => {
    expect(addresseeOf("cert-fr", profile, [cert])).toMatchObject({
      name: "CERT-FR",
      email: "campagne@ssi.gouv.fr",
      from: expect.stringContaining("named by the bulletin"),
    })
    expect(addresseeOf("bulletin", profile, [bulletin]).email).toBe("cert@publisher.example")
  })

  test("is not the contact of another's bulletin", () =>
    expect(addresseeOf("cert-fr", profile, [bulletin]).email).toBe("cert-fr@ssi.gouv.fr"))

  test("comes from the profile, the table or the command line, and says so", () => {
    const own = { ...profile, recipients: [{ id: "sector", name: "Sector", email: "csirt@sector.example" }] }
    expect(addresseeOf("sector", own, [])).toMatchObject({ email: "csirt@sector.example", from: "from the profile" })
    expect(addresseeOf("bsi", profile, []).from).toContain("RFC 2350")
    expect(addresseeOf("a@b.example", profile, []).email).toBe("a@b.example")
  })

  test("that is none is refused in words", () => {
    expect(() => addresseeOf("nobody", profile, [])).toThrow("none of cert-fr, cert-eu")
    expect(() => addresseeOf("ncsc", profile, [])).toThrow("by its form, https://report.ncsc.gov.uk/")
    expect(() => addresseeOf("bulletin", profile, [{ ...bulletin, contact: null }])).toThrow("names no mail address")
  })

  test("is read from a contact line, refanged, and nothing else is an address", () => {
    expect(mailIn("write to cert[at]publisher[.]example.")).toBe("cert@publisher.example")
    expect(mailIn("mailto:cert@publisher.example")).toBe("cert@publisher.example")
    expect(mailIn("https://publisher.example/contact")).toBeUndefined()
    for (const none of ["a@b", "a b@c.example", "a@b.example\r\nBcc: x@y.example", "<a@b.example>", "@b.example"])
      expect(isMailAddress(none)).toBe(false)
  })
})

test("a mail server without TLS is one on this machine", () => {
  expect(parseSmtpServer({ host: "mail.corp.example" })).toEqual({ host: "mail.corp.example", port: 465, security: "tls" })
  expect(parseSmtpServer({ host: "127.0.0.1", security: "none" }).port).toBe(25)
  expect(() => parseSmtpServer({ host: "mail.corp.example", security: "none" })).toThrow("only for a server on this machine")
  expect(() => parseSmtpServer({ host: "mail.corp.example", pass: "x" })).toThrow("pass is not known")
})

function hasGpg(): boolean {
  try {
    execFileSync("gpg", ["--version"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}
