// Endings of file names that are no top-level domain, so that `svchost.exe` is not taken for a host. Written from general knowledge, 2026-11.

const extensions = new Set(
  `exe dll sys drv ocx cpl scr pif bat cmd ps1 psm1 psd1 vbs vbe js jse wsf wsh hta lnk msi msp mst msix appx jar class war ear apk
  dex ipa doc docx docm dotm dotx xls xlsx xlsm xlsb xlam xll ppt pptx pptm ppsx ppsm pdf rtf odt ods odp chm csv txt log ini cfg
  conf config xml json yaml yml toml html htm mht mhtml xhtml shtml php php3 php5 phtml asp aspx ashx asmx ascx cshtml jsp jspx
  cgi tmp temp dat bin db sqlite sqlite3 mdb rar 7z gz bz2 xz tar tgz arj lzh iso img vhd vhdx vmdk dmg pkg deb rpm elf dylib ko
  plist service timer key pem crt cer der p12 pfx p7b csr jpg jpeg png gif bmp ico svg tif tiff webp mp3 mp4 avi wav mkv eml msg
  pst ost reg inf mof manifest evtx evt etl dmp hve pcap pcapng yar yara rules ioc stix stix2 adoc rst tex cpp hpp cs vb swf fla
  torrent bak old swp lock sock url theme diagcab settingcontent-ms library-ms search-ms xsl xslt wsc sct scf jnlp gadget
  application appref-ms msu lua rb go rtf_ ps1xml`.split(/\s+/),
)

/** Endings of files that are top-level domains as well: only a name that can be no host is a file then. */
const alsoSuffixes = new Set([
  "zip",
  "mov",
  "com",
  "app",
  "py",
  "sh",
  "pl",
  "rs",
  "md",
  "so",
  "ps",
  "cab",
  "bz",
  "cc",
  "ai",
  "ml",
  "dot",
  "one",
  "data",
  "cat",
  "java",
  "pid",
  "website",
])

/** Of these, the ones that mean a file wherever a sentence names one: `libkeyutils.so`, `setup.py`, `README.md`. */
const filesInText = new Set(["zip", "py", "sh", "pl", "rs", "md", "so", "ps", "cab", "java", "pid", "dot"])

/** True for one file name, without folders, whose ending is none of a host. */
export function isFileName(text: string): boolean {
  if (text.length > 255 || /[\\/:*?"<>|\n\r\t]/.test(text)) return false
  const dot = text.lastIndexOf(".")
  const extension = text.slice(dot + 1).toLowerCase()
  return dot > 0 && (extensions.has(extension) || (alsoSuffixes.has(extension) && /[\s#()&!]/.test(text)))
}

/** True for a name of two parts that running text, left plain, means as a file although a registry has its ending. */
export function isFileInText(text: string): boolean {
  const dot = text.indexOf(".")
  return dot > 0 && dot === text.lastIndexOf(".") && filesInText.has(text.slice(dot + 1).toLowerCase())
}
