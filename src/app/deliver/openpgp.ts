// OpenPGP with the user's own keys, through the optional package `openpgp`: its absence is a message that names it.
import { UsageError } from "../../model/problem.js"

type OpenPgp = typeof import("openpgp")

/** An armoured detached signature; not the same bytes twice, as the format wants it. */
export async function signOpenPgp(content: Uint8Array, privateKey: string, password: string | undefined): Promise<string> {
  const openpgp = await library()
  const key = await secretOf(openpgp, privateKey, password)
  return openpgp.sign({ message: await openpgp.createMessage({ binary: content }), signingKeys: key, detached: true, format: "armored" })
}

/** The fingerprint of the key that signed; throws an Error that says what is wrong. */
export async function checkOpenPgp(content: Uint8Array, signature: string, publicKey: string): Promise<string> {
  const openpgp = await library()
  const key = await publicOf(openpgp, publicKey)
  const result = await openpgp.verify({
    message: await openpgp.createMessage({ binary: content }),
    signature: await openpgp.readSignature({ armoredSignature: signature }),
    verificationKeys: key,
  })
  const first = result.signatures[0]
  if (!first) throw new Error("it holds no signature")
  await first.verified
  return key.getFingerprint().toUpperCase()
}

/** Upper-case hex. */
export async function fingerprintOf(publicKey: string): Promise<string> {
  return (await publicOf(await library(), publicKey)).getFingerprint().toUpperCase()
}

/** An armoured message for the key, signed where a secret key is given. */
export async function encryptOpenPgp(
  content: Uint8Array,
  to: string,
  signing: { readonly privateKey: string; readonly password: string | undefined } | undefined,
): Promise<string> {
  const openpgp = await library()
  const key = await publicOf(openpgp, to)
  try {
    await key.getEncryptionKey()
  } catch (error) {
    throw new UsageError(`cannot encrypt to the key ${key.getFingerprint().toUpperCase()}: ${(error as Error).message}`)
  }
  return openpgp.encrypt({
    message: await openpgp.createMessage({ binary: content }),
    encryptionKeys: key,
    ...(signing ? { signingKeys: await secretOf(openpgp, signing.privateKey, signing.password) } : {}),
    format: "armored",
  })
}

async function library(): Promise<OpenPgp> {
  try {
    return await import("openpgp")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error
    throw new UsageError(
      "OpenPGP needs the optional package openpgp: npm install openpgp@6.3.2 beside sillage, or encrypt the file with gpg",
    )
  }
}

async function publicOf(openpgp: OpenPgp, armoredKey: string) {
  try {
    return await openpgp.readKey({ armoredKey })
  } catch (error) {
    throw new UsageError(`not an armoured OpenPGP key: ${(error as Error).message}`)
  }
}

async function secretOf(openpgp: OpenPgp, armoredKey: string, password: string | undefined) {
  try {
    const key = await openpgp.readPrivateKey({ armoredKey })
    if (key.isDecrypted()) return key
    if (password === undefined) throw new Error("it is encrypted: give its password with --password-file")
    return await openpgp.decryptKey({ privateKey: key, passphrase: password })
  } catch (error) {
    throw new UsageError(`cannot use the OpenPGP key: ${(error as Error).message}`)
  }
}
