// Semantics 3 to 6, rule by rule: what is found, how strong, and what is not.
import { describe, expect, test } from "vitest"
import { judge, verdict } from "./judge.js"

/** [indicator, line, verdict; undefined is no hit, fields] */
type Row = readonly [
  spec: string,
  text: string,
  wanted: string | undefined,
  fields?: Readonly<Record<string, string | number | readonly string[]>>,
]

function check(rule: string, rows: readonly Row[]): void {
  describe(rule, () => {
    test.each(rows.map((row) => [row[0], row[1], row] as const))("%s in %j", (_spec, _text, [spec, text, wanted, fields]) => {
      expect(verdict(spec, text, fields ? { fields } : {})).toBe(wanted)
    })
  })
}

const ip = "203.0.113.9"
const six = "2001:db8::9"
const name = "evil.example"
const url = "http://evil.example/a/B?x=1"
const md5 = "0cc175b9c0f1b6a831c399e269772661"
const sha1 = "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"

check("3.3 text is searched raw and decoded", [
  [ip, "\x1b[31m203.0.113.9\x1b[0m denied", "exact"],
  [ip, "^[[1;31m203.0.113.9^[[0m denied", "exact"],
  [ip, "20\x1b[1m3.0.113.9", "exact"],
  [ip, "tab #011203.0.113.9#011deny", "exact"],
  [ip, "#033[31m203.0.113.9#033[0m", "exact"],
  [ip, "serial #211203.0.113.9", undefined],
  [ip, '{"m":"a\\t203.0.113.9\\tb"}', "exact"],
  [ip, '{"m":"a\\u0022203.0.113.9\\u0022"}', "exact"],
  [ip, '{"m":"203\\u002e0\\u002e113\\u002e9"}', "exact"],
  [ip, "\\x22203\\x2e0\\x2e113\\x2e9", "exact"],
  [ip, "q=%22203.0.113.9%22", "exact"],
  [ip, "q=%2522203%252e0%252e113%252e9%2522", "exact"],
  [ip, "q=%252522203.0.113.9", "exact"],
  [ip, "%5cu0022203%5cu002e0.113.9", "exact"],
  [ip, "&quot;203&#46;0&#x2e;113&period;9&quot;", "exact"],
  [ip, "q=a%203.0.113.9", undefined],
  [ip, "q=%41203.0.113.9", undefined],
  [ip, "7%2e203.0.113.9", undefined],
  [ip, "203.0.113.9%38", undefined],
  [ip, "203.0.113.9&#46;8", undefined],
  [name, '{"m":"line\\nevil.example"}', "exact"],
  [name, "C:\\temp\\new.evil.example", undefined],
  [name, "read C:\\temp\\new.evil.example twice", undefined],
  [name, '{"p":"C:\\\\temp\\\\new.evil.example"}', undefined],
  [name, "\\\\srv\\temp\\new.evil.example", undefined],
  [name, "q=sub%2Eevil%2Eexample", "subdomain"],
  [name, "evil%2Eexample%2Ecom", undefined],
  [name, "not%65vil.example", undefined],
  [url, "url=http%3A%2F%2Fevil.example%2Fa%2FB%3Fx%3D1", "exact"],
  [url, "url=http%253A%252F%252Fevil.example%252Fa%252FB%253Fx%253D1", "exact"],
  ["http://evil.example/a/b", "GET http://evil.example/a%2Fb HTTP/1.1", undefined],
  ["http://evil.example/a/b", '{"u":"http:\\/\\/evil.example\\/a%2Fb"}', undefined],
  ["http://evil.example/a%2fb", '{"u":"http:\\/\\/evil.example\\/a%2Fb"}', "exact"],
  ["http://evil.example/a?x=1&y=2", '<a href="http://evil.example/a?x=1&amp;y=2">', "exact"],
])

check("3.4 Windows DNS names", [
  [name, "A (4)evil(7)example(0)", "exact"],
  [name, "A (1)a(4)evil(7)example(0)", "subdomain"],
  [name, "A (4)evil(7)example(3)com(0)", undefined],
  [name, "A (5)evil(7)example(0)", undefined],
  [ip, "PTR (1)9(3)113(1)0(3)203(7)in-addr(4)arpa(0)", "lookup"],
])

check("4.1 boundaries of IPv4", [
  [ip, "1203.0.113.9", undefined],
  [ip, "203.0.113.98", undefined],
  [ip, "7.203.0.113.9", undefined],
  [ip, "203.0.113.9.8", undefined],
  [ip, "203.0.113.9.shop.example", undefined],
  [ip, "v203.0.113.9", undefined],
  [ip, "203.0.113.9a", undefined],
  [ip, "é203.0.113.9", undefined],
  [ip, "203.0.113.256", undefined],
  [ip, "blocked 203.0.113.9.", "exact"],
  [ip, "blocked 203.0.113.9...", "exact"],
  [ip, ".203.0.113.9", "exact"],
  [ip, "saved 203.0.113.9_443.pcap", "exact"],
  [ip, "a_203.0.113.9", "exact"],
  [ip, "(203.0.113.9)", "exact"],
  [ip, "root@203.0.113.9", "exact"],
  [ip, "x=203.0.113.9,y", "exact"],
  [ip, "203.0.113.9;203.0.113.7", "exact"],
  [ip, "ip-203.0.113.9-x", "exact"],
  [ip, "«203.0.113.9»", "exact"],
])

check("4.2 glued ports", [
  [ip, "203.0.113.9:51234 -> 10.0.0.1:443", "exact"],
  [ip, "client 203.0.113.9#53123: query", "exact"],
  [ip, "203.0.113.9(51234)", "exact"],
  [ip, "to 203.0.113.9/443 ok", "exact"],
  [ip, "%ASA-6-302020: faddr 203.0.113.9/0 gaddr 192.0.2.8/0", "exact"],
  [ip, "%FTD-6-302013: outside:203.0.113.9/24 (203.0.113.9/24)", "exact"],
  ["203.0.113.7", "%ASA-6-302013: outside:203.0.113.9/24", undefined],
  [ip, "IP 203.0.113.9.51234 > 10.0.0.1.443: Flags [S]", "exact"],
  [ip, "IP 10.0.0.1.443 > 203.0.113.9.51234: Flags [S]", "exact"],
  [ip, "IP 203.0.113.9.https > 10.0.0.1.51234: Flags [S]", "exact"],
  [ip, "tcp4  0  0  10.0.0.5.51234  203.0.113.9.443  ESTABLISHED", "exact"],
  [ip, "version 203.0.113.9.443 installed", undefined],
  ["0.113.9.44", "IP 203.0.113.9.44 > 10.0.0.1.443: Flags [S]", undefined],
  [six, "IP6 2001:db8::9.51234 > 2001:db8::1.443: Flags [S]", "exact"],
])

check("4.3 IPv6", [
  [six, "src=2001:0db8:0000:0000:0000:0000:0000:0009", "exact"],
  [six, "src=2001:DB8:0::0:9", "exact"],
  [six, "from [2001:db8::9]:443", "exact"],
  [six, "2001:db8::9%eth0 up", "exact"],
  [six, "peer 2001:db8::9: reset", "exact"],
  [six, "peer 2001:db8::9.", "exact"],
  [six, "%ASA-6-302013: outside:2001:db8::9/443", "exact"],
  [six, "src=2001:db8::90", undefined],
  [six, "src=12001:db8::9", undefined],
  [six, "x2001:db8::9", undefined],
  [six, "2001:db8::9:1", undefined],
  [six, "2001:db8::9z", undefined],
  ["::12:34", "at 00:12:34 login failed", undefined],
  ["2:11:9::", "2021-01-03T02:11:09", undefined],
  ["0:11:22:33:44:55:66:77", "mac 00:11:22:33:44:55:66:77", undefined],
  ["64:ff9b:1:2:3:4:5:6", "src=64:ff9b:1:2:3:4:5:6", "exact"],
  ["2001:db8::cb00:7109", "src=2001:db8::203.0.113.9", "exact"],
  [ip, "src=2001:db8::203.0.113.9", undefined],
])

check("4.4 names", [
  [name, "host=notevil.example", undefined],
  [name, "host=evil.example.com", undefined],
  [name, "host=x_evil.example", undefined],
  [name, "host=evil.example-2", undefined],
  [name, "host=evil.example_2", undefined],
  [name, "GET /evil.example HTTP/1.1", undefined],
  [name, "dir\\evil.example", undefined],
  [name, "evil.example@good.example", undefined],
  [name, "\\\\evil.example\\share", "exact"],
  [name, "query: evil.example. IN A", "exact"],
  [name, ".evil.example", "exact"],
  [name, "*.evil.example", "exact"],
  [name, "(evil.example)", "exact"],
  [name, "'evil.example'", "exact"],
  [name, "evil.example:443", "exact"],
  [name, "//evil.example/x", "exact"],
  [name, "_dmarc.evil.example", "subdomain"],
  [name, "éevil.example", undefined],
  [name, "evil .example", undefined],
  ["domain-name=update.zip", '10.0.0.7 "GET /files/update.zip HTTP/1.1" 200', undefined],
])

check("4.5 where URLs end", [
  [url, "the user opened (http://evil.example/a/B?x=1).", "exact"],
  [url, '"http://evil.example/a/B?x=1"', "exact"],
  [url, "<http://evil.example/a/B?x=1>", "exact"],
  [url, "http://evil.example/a/B?x=1|next", "exact"],
  [url, "http://evil.example/a/B?x=1, and", "exact"],
  [url, "http://evil.example/a/B?x=1?!", "exact"],
  [url, "http://evil.example/a/B?x=12", undefined],
  [url, "evil.example/a/B?x=1 loaded", "exact"],
  [url, "http://good.example/,http://evil.example/a/B?x=1,allow", "exact"],
  [url, "x,http://evil.example/a/B?x=1,203.0.113.9", "exact"],
  [ip, "x,http://good.example/a,203.0.113.9,allow", "exact"],
  [ip, "url=http://good.example/a,src=203.0.113.9", "exact"],
  ["http://evil.example/wiki/A_(b)", "see http://evil.example/wiki/A_(b)", "exact"],
])

check("4.6 digests", [
  [md5, "MD5=0CC175B9C0F1B6A831C399E269772661,SHA1=00", "exact"],
  [md5, "0cc175b9c0f1b6a831c399e2697726610", undefined],
  [md5, "g0cc175b9c0f1b6a831c399e269772661", undefined],
  [md5, "0cc175b9c0f1b6a831c399e269772661z", undefined],
  [md5, "0cc175b9c0f1b6a831c399e269772661_file", "exact"],
  [md5, `${md5}${md5}`, undefined],
  [sha1, "cert fp 86:F7:E4:37:FA:A5:A7:FC:E1:5D:1D:DC:B9:EA:EA:EA:37:76:67:B8", "exact"],
  [sha1, "SHA1:86:F7:E4:37:FA:A5:A7:FC:E1:5D:1D:DC:B9:EA:EA:EA:37:76:67:B8", "exact"],
  [sha1, "86-f7-e4-37-fa-a5-a7-fc-e1-5d-1d-dc-b9-ea-ea-ea-37-76-67-b8", "exact"],
  [sha1, "86 f7 e4 37 fa a5 a7 fc e1 5d 1d dc b9 ea ea ea 37 76 67 b8", "exact"],
  [sha1, "86:f7:e4:37:fa:a5:a7:fc:e1:5d:1d:dc:b9:ea:ea:ea:37:76:67-b8", undefined],
  [sha1, "86:f7:e4:37:fa:a5:a7:fc:e1:5d:1d:dc:b9:ea:ea:ea:37:76:67:b8:00", undefined],
  ["x-ja3=0cc175b9c0f1b6a831c399e269772661", "ja3=0cc175b9c0f1b6a831c399e269772661", "exact"],
  ["x-ja4=t13d1516h2_8daaf6152771_b0da82dd1658", "ja4=t13d1516h2_8daaf6152771_b0da82dd1658", "exact"],
  ["x-ja4=t13d1516h2_8daaf6152771_b0da82dd1658", "ja4=t13d1516h2_8daaf6152771_b0da82dd16580", undefined],
])

check("4.7 and 5.13 mail addresses", [
  ["bob@evil.example", "from=<Bob@Evil.example>,", "exact"],
  ["bob@evil.example", "from=<notbob@evil.example>", undefined],
  ["bob@evil.example", "from=<bob+x@evil.example>", undefined],
  ["bob@evil.example", "from=<x.bob@evil.example>", undefined],
  ["bob@evil.example", "from=<bob@sub.evil.example>", undefined],
  ["bob@evil.example", "from=<bob@evil.example.com>", undefined],
  ["bob@evil.example", "to bob@evil.example.", "exact"],
  ["bob@evil.example", "mailto:bob@evil.example", "exact"],
  ["bob@evil.example", "x/bob@evil.example", "exact"],
  ["bob@evil.example", "%3Cbob%40evil.example%3E", "exact"],
  ["bob@xn--bcher-kva.example", "bob@bücher.example", "exact"],
])

check("4.8 and 5.14 file names", [
  ["file:name=svch0st.exe", '{"Image":"C:\\\\Temp\\\\SVCH0ST.exe"}', "exact"],
  ["file:name=svch0st.exe", "C:\\Temp\\svch0st.exe started", "exact"],
  ["file:name=svch0st.exe", "started svch0st.exe.", "exact"],
  ["file:name=svch0st.exe", "GET /dl/svch0st.exe HTTP/1.1", "exact"],
  ["file:name=svch0st.exe", "GET http://a.example/dl/svch0st.exe?x=1 HTTP/1.1", "exact"],
  ["file:name=svch0st.exe", "GET /dl?f=svch0st.exe HTTP/1.1", "mention"],
  ["file:name=svch0st.exe", "C:\\Temp\\mysvch0st.exe", undefined],
  ["file:name=svch0st.exe", "my_svch0st.exe", undefined],
  ["file:name=svch0st.exe", "my-svch0st.exe", undefined],
  ["file:name=svch0st.exe", "svch0st.exe.bak", undefined],
  ["file:name=svch0st.exe", "svch0st.exe_", undefined],
  ["file:name=svch0st.exe", "C:\\svch0st.exe\\readme.txt", undefined],
  ["file:name=my file (1).exe", "opened C:\\a\\My File (1).exe now", "exact"],
  ["file:name=my file (1).exe", "GET /my%20file%20(1).exe HTTP/1.1", "exact"],
  ["file:name=my file (1).exe", "opened C:\\a\\file (1).exe now", undefined],
  ["file:path=C:\\Windows\\Temp\\x.dll", "load c:\\windows\\temp\\X.DLL ok", "exact"],
  ["file:path=C:\\Windows\\Temp\\x.dll", '"c:\\\\windows\\\\temp\\\\x.dll"', "exact"],
  ["file:path=C:\\Windows\\Temp\\x.dll", "file:///C:/Windows/Temp/x.dll", "exact"],
  ["file:path=C:\\Windows\\Temp\\x.dll", "load c:\\windows\\temp\\x.dll2", undefined],
  ["file:path=C:\\Windows\\Temp\\x.dll", "load XC:\\windows\\temp\\x.dll", undefined],
  ["file:path=/tmp/.x/Run", "exec /tmp/.x/Run now", "exact"],
  ["file:path=/tmp/.x/Run", "exec /tmp/.x/run now", undefined],
  ["file:path=/tmp/.x/Run", "exec /var/tmp/.x/Run now", undefined],
  ["file:path=/tmp/.x/Run", "exec \\tmp\\.x\\Run now", undefined],
  ["file:path=/tmp/.x/Run", '{"p":"\\/tmp\\/.x\\/Run"}', "exact"],
  ["file:path=%APPDATA%\\relay\\up.dat", "write C:\\Users\\bob\\AppData\\Roaming\\relay\\up.dat ok", "weak"],
  ["file:path=%APPDATA%\\relay\\up.dat", "write %APPDATA%\\relay\\up.dat ok", "exact"],
  ["file:path=%APPDATA%\\relay\\up.dat", "write C:\\Users\\bob\\xrelay\\up.dat ok", undefined],
  ["file:path=~/.cache/.x", "open /home/bob/.cache/.x", "weak"],
  ["file:path=~/.cache/.x", "open /home/bob/.cache/.xy", undefined],
])

check("5.1 the address in other clothes", [
  [ip, "client ::ffff:203.0.113.9 connected", "exact"],
  [ip, "client ::FFFF:CB00:7109 connected", "exact"],
  [ip, "client 0:0:0:0:0:ffff:cb00:7109", "exact"],
  [ip, "src=64:ff9b::203.0.113.9", "exact nat64"],
  [ip, "src=64:ff9b::cb00:7109", "exact nat64"],
  [ip, "src=64:ff9b:1::cb00:7109", undefined],
  ["203.0.113.0/24", "src=64:ff9b::203.0.113.9", "cidr nat64"],
])

check("5.2 leading zeros", [
  [ip, "client=203.000.113.009", "exact leading-zeros"],
  ["131.0.75.9", "x 0203.000.0113.009", undefined],
  ["131.0.75.7", "x 0203.000.0113.007", "weak leading-zeros"],
  ["203.0.113.7", "x 0203.000.0113.007", "exact leading-zeros"],
  [ip, "GET http://0313.0.0161.011/x HTTP/1.1", "exact leading-zeros"],
  ["203.0.113.11", "GET http://203.000.113.011/x HTTP/1.1", "weak leading-zeros"],
  [ip, "GET http://203.000.113.011/x HTTP/1.1", "exact leading-zeros"],
  [ip, "GET http://203.000.113.011/x HTTP/1.1", "exact leading-zeros @url.domain", { "url.domain": "203.000.113.011", "url.path": "/x" }],
  ["203.0.113.11", "GET http://203.000.113.011/x HTTP/1.1", "weak leading-zeros @url.domain", { "url.domain": "203.000.113.011" }],
])

check("5.3 integers", [
  [ip, "GET http://3405803785/x HTTP/1.1", "exact"],
  [ip, "GET http://0xCB007109/x HTTP/1.1", "exact"],
  [ip, "GET http://0xCB.0.0x71.9/x HTTP/1.1", "exact"],
  [ip, "GET http://203.28937/x HTTP/1.1", "exact"],
  [ip, "GET http://good.example/3405803785 HTTP/1.1", undefined],
  [ip, "bytes=3405803785", undefined],
  [ip, "host=3405803785", "exact @url.domain", { "url.domain": "3405803785" }],
  [ip, "id=0xCB007109", undefined],
  [ip, '{"src_ip":3405803785}', "exact @source.ip", { "source.ip": 3405803785 }],
  [ip, '{"src_ip":"0xcb007109"}', "exact @source.ip", { "source.ip": "0xcb007109" }],
  [ip, '{"bytes":3405803785}', undefined, { "source.bytes": 3405803785 }],
  [ip, "  1: 0500000A:C822 097100CB:01BB 01 00000000:00000000", "exact"],
  [ip, "  1: 0000000000000000FFFF00000500000A:C822 0000000000000000FFFF0000097100CB:01BB 01 00000000:00000000", "exact"],
  [six, "  1: B80D0120000000000000000009000000:C822 00000000000000000000000000000000:01BB 01 00000000:0", "exact"],
  [six, "  1: B80D0120000000000000000000000009:C822 00000000000000000000000000000000:01BB 01 00000000:0", undefined],
  [six, "  1: 00000000000000000000000000000000:C822 B80D0120000000000000000009000000:01BB 0A 0", "exact"],
  [ip, "id 097100CB:01BB 01", undefined],
])

check("5.4 networks and ranges", [
  ["203.0.113.0/26", "src=203.0.113.63", "cidr"],
  ["203.0.113.0/26", "src=203.0.113.0", "cidr"],
  ["203.0.113.0/26", "src=203.0.113.64", undefined],
  ["203.0.113.10-203.0.113.20", "peer 203.0.113.10 up", "cidr"],
  ["203.0.113.10-203.0.113.20", "peer 203.0.113.20 up", "cidr"],
  ["203.0.113.10-203.0.113.20", "peer 203.0.113.21 up", undefined],
  [ip, "acl deny ip 203.0.113.0/24 any", "overlap"],
  [ip, "acl deny ip 203.0.0.0/16 any", "overlap"],
  [ip, "acl deny ip 203.0.0.0/15 any", undefined],
  [ip, "acl deny ip 203.0.113.9/32 any", "exact"],
  [ip, "addr 203.0.113.9/24 dev eth0", "exact"],
  ["203.0.113.7", "addr 203.0.113.9/24 dev eth0", "overlap"],
  ["203.0.113.0", "net 203.0.113.0/24", "overlap"],
  ["203.0.113.0/24", "net 203.0.113.0/24", "exact"],
  ["203.0.113.0/24", "net 203.0.113.64/26", "cidr"],
  ["203.0.113.0/24", "net 203.0.0.0/8", undefined],
  ["203.0.113.10-203.0.113.20", "net 203.0.113.16/28", "overlap"],
  ["203.0.113.10-203.0.113.20", "pool 203.0.113.10-203.0.113.20", "exact"],
  [ip, "pool 203.0.113.1-203.0.113.20", "overlap"],
  [ip, "pool 203.0.113.9-203.0.113.20", "exact"],
  ["2001:db8::/32", "src=2001:db8:ffff::1", "cidr"],
  ["2001:db8::/32", "src=2001:db9::1", undefined],
  [six, "route 2001:db8::/32 via", "overlap"],
  [six, "route 2001:d00::/24 via", undefined],
  [six, "addr 2001:db8::9/64 dev eth0", "exact"],
  [ip, "GET http://203.0.113.9/24 HTTP/1.1", "exact"],
])

check("5.5 reverse and embedded", [
  [ip, "query: 9.113.0.203.in-addr.arpa IN PTR", "lookup"],
  [ip, "query: 9.113.0.203.IN-ADDR.ARPA. IN PTR", "lookup"],
  ["203.0.113.0/24", "query: 9.113.0.203.in-addr.arpa IN PTR", "lookup"],
  [ip, "query: 1.9.113.0.203.in-addr.arpa IN PTR", undefined],
  [ip, "query: 113.0.203.in-addr.arpa IN NS", undefined],
  [ip, "query: 203.0.113.9.in-addr.arpa IN PTR", undefined],
  [six, "9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR", "lookup"],
  [six, "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR", undefined],
  [ip, "from cpe-203-0-113-9.isp.example port 1", "weak embedded"],
  [ip, "from 9-113-0-203.isp.example port 1", "weak embedded"],
  [ip, "from ec2-203-0-113-9.compute.example", "weak embedded"],
  [ip, "from host203-0-113-9.isp.example", "weak embedded"],
  ["203.0.113.0/24", "from cpe-203-0-113-9.isp.example port 1", "weak embedded"],
  [ip, "from cpe-7-203-0-113-9.isp.example", undefined],
  [ip, "from cpe-203-0-113-9-7.isp.example", undefined],
  [ip, "from cpe-203-0-113-90.isp.example", undefined],
  [ip, "from 203-0.113-9.isp.example", undefined],
  [ip, "file /var/cpe-203-0-113-9.isp.example", undefined],
])

check("5.6 domains", [
  [name, "query: a.b.evil.example IN A", "subdomain"],
  [name, "query: eViL.eXaMPle IN A", "exact"],
  ["a.evil.example", "query: evil.example IN A", undefined],
  ["a.evil.example", "query: b.evil.example IN A", undefined],
  [name, "GET https://www.evil.example:8443/x HTTP/1.1", "subdomain"],
  [name, "from=<bob@mail.evil.example>", "subdomain"],
  ["bücher.example", "query: xn--bcher-kva.example IN A", "exact"],
  ["xn--bcher-kva.example", "query: BÜCHER.example IN A", "exact"],
  ["xn--bcher-kva.example", "query: www.bücher.example IN A", "subdomain"],
  [name, "query: xn--zz--invalid.evil.example", "subdomain"],
  ["pаypal.example", "query: paypal.example IN A", undefined],
])

check("5.7 defanged in the log", [
  [name, "evil[.]example seen", "weak defanged"],
  [name, "evil[dot]example seen", "weak defanged"],
  [ip, "203[.]0[.]113[.]9 seen", "weak defanged"],
  [ip, "203.0.113[.]9 seen", "weak defanged"],
  [url, "hxxp://evil[.]example/a/B?x=1", "weak defanged"],
  [url, "hxxp://evil.example/a/B?x=1", "weak defanged"],
  ["bob@evil.example", "bob[at]evil[.]example", "weak defanged"],
  [name, "evil[.]example[.]com seen", undefined],
  [name, "sub[.]evil.example seen", "weak defanged"],
  [name, "evil.example[.]com seen", undefined],
  [name, "evil dot example", undefined],
])

check("5.8 userinfo", [
  [name, "GET http://good.example@evil.example/ HTTP/1.1", "exact"],
  [name, "GET http://evil.example@good.example/ HTTP/1.1", undefined],
  [name, "GET http://evil.example:pw@good.example/ HTTP/1.1", undefined],
  ["http://evil.example/a", "GET http://u:p@evil.example/a HTTP/1.1", "exact"],
  ["http://evil.example/a", "GET http://evil.example@good.example/a HTTP/1.1", undefined],
])

check("5.9 the form of a URL", [
  [url, "GET HTTP://EVIL.example:80/a/B?x=1#top HTTP/1.1", "exact"],
  [url, "GET http://evil.example/q/../a/./B?x=1 HTTP/1.1", "exact"],
  [url, "GET http://evil.example/%61/B?x=1 HTTP/1.1", "exact"],
  [url, "GET http://evil.example./a/B?x=1 HTTP/1.1", "exact"],
  [url, "GET http://evil.example/a/b?x=1 HTTP/1.1", undefined],
  [url, "GET http://evil.example/a/B?X=1 HTTP/1.1", undefined],
  ["http://evil.example/a%2fb", "GET http://evil.example/a%2Fb HTTP/1.1", "exact"],
  ["http://evil.example", "GET http://evil.example HTTP/1.1", "exact"],
  ["http://bücher.example/a", "GET http://bücher.example/a HTTP/1.1", "exact"],
  ["http://bücher.example/a", "GET http://xn--bcher-kva.example/a HTTP/1.1", "exact"],
  ["http://[2001:db8::9]/a", "GET http://[2001:0db8::0009]/a HTTP/1.1", "exact"],
])

check("5.10 URLs that are equal", [
  [url, "GET https://evil.example/a/B?x=1 HTTP/1.1", "exact scheme-differs"],
  [url, "GET https://evil.example:443/a/B?x=1 HTTP/1.1", "exact scheme-differs"],
  [url, "GET http://evil.example:8080/a/B?x=1 HTTP/1.1", undefined],
  [url, "GET ftp://evil.example/a/B?x=1 HTTP/1.1", undefined],
  [url, "GET http://www.evil.example/a/B?x=1 HTTP/1.1", undefined],
  ["http://evil.example:8080/a", "evil.example:8080/a", "exact"],
  ["http://evil.example:8080/a", "evil.example/a", undefined],
  [
    url,
    "host=evil.example path=/a/B query=x=1",
    "exact @url.full",
    { "url.domain": "evil.example", "url.port": 80, "url.path": "/a/B", "url.query": "x=1" },
  ],
  [url, "host=evil.example path=/a/B?x=1", "exact @url.full", { "url.domain": "evil.example", "url.path": "/a/B?x=1" }],
  [url, "x", "exact @url.full", { "url.domain": "evil.example", "url.original": "/a/B?x=1", "destination.port": 443 }],
  [
    url,
    "x",
    "exact scheme-differs @url.full",
    { "url.domain": "evil.example", "url.scheme": "https", "url.path": "/a/B", "url.query": "x=1" },
  ],
  [url, "x", undefined, { "url.domain": "evil.example", "url.port": 8080, "url.path": "/a/B", "url.query": "x=1" }],
  [url, "x", undefined, { "url.domain": "evil.example", "url.path": "/a/B", "url.query": "x=2" }],
  [url, "x", undefined, { "url.domain": "evil.example", "url.path": "/a/B" }],
  [url, "x", undefined, { "url.path": "/a/B", "url.query": "x=1" }],
])

check("5.11 below a URL", [
  ["http://evil.example/gate/", "GET http://evil.example/gate/in.php?id=7 HTTP/1.1", "prefix"],
  ["http://evil.example/gate/", "GET http://evil.example/gate HTTP/1.1", undefined],
  ["http://evil.example/gate/", "GET http://evil.example/gates/x HTTP/1.1", undefined],
  ["http://evil.example/gate", "GET http://evil.example/gate?x=1 HTTP/1.1", "prefix"],
  ["http://evil.example/gate", "GET http://evil.example/gate/x HTTP/1.1", undefined],
  ["http://evil.example/gate", "GET http://evil.example/gateway HTTP/1.1", undefined],
  ["http://evil.example/gate?x=1", "GET http://evil.example/gate?x=1&y=2 HTTP/1.1", undefined],
  ["http://evil.example/", "GET http://evil.example/any/thing HTTP/1.1", "prefix"],
  ["https://pastebin.com/", "GET https://pastebin.com/abc HTTP/1.1", undefined],
  ["https://pastebin.com/", "GET https://pastebin.com/ HTTP/1.1", "exact"],
  ["https://pastebin.com/", "GET https://pastebin.com/?x=1 HTTP/1.1", undefined],
  ["https://pastebin.com/raw/", "GET https://pastebin.com/raw/abc HTTP/1.1", "prefix"],
  ["http://evil.example/gate/", "x", "prefix @url.full", { "url.domain": "evil.example", "url.path": "/gate/in.php" }],
])

check("5.12 never the host alone", [
  [url, "GET http://evil.example/a/B?x=2 HTTP/1.1", undefined],
  [url, "GET http://evil.example/other HTTP/1.1", undefined],
  [url, "query: evil.example IN A", undefined],
  ["https://t.co/keNYZ2kyzs", "GET https://t.co/otherlink HTTP/1.1", undefined],
  [
    "https://tunnel.example/a/B",
    "1609639869.123 5 10.0.0.5 TCP_TUNNEL/200 3000 CONNECT tunnel.example:443 - HIER_DIRECT/198.51.100.9 -",
    "host",
  ],
  ["https://tunnel.example:8443/a/B", "CONNECT tunnel.example:443 HTTP/1.1", undefined],
  ["https://tunnel.example/a/B", "CONNECT www.tunnel.example:443 HTTP/1.1", undefined],
  ["https://t.co/keNYZ2kyzs", "CONNECT t.co:443 HTTP/1.1", undefined],
  ["https://a.github.com/x", "CONNECT a.github.com:443 HTTP/1.1", undefined],
  ["https://tunnel.example/a/B", "x", "host @tls.client.server_name", { "tls.client.server_name": "Tunnel.example" }],
  ["https://tunnel.example/a/B", "x", "host @dns.question.name", { "dns.question.name": "tunnel.example" }],
  ["https://tunnel.example/a/B", "x", undefined, { "dns.question.name": "a.tunnel.example" }],
  [
    "http://203.0.113.9/a",
    "x",
    "host @destination.ip",
    { "source.ip": "10.0.0.5", "destination.ip": "203.0.113.9", "destination.port": 80 },
  ],
  ["http://203.0.113.9/a", "x", undefined, { "source.ip": "203.0.113.9", "url.path": "/index.html", "http.request.method": "GET" }],
  ["http://203.0.113.9/a", "peer 203.0.113.9 up", undefined],
])

check("6 content is a mention", [
  [
    "http://mention.example/p",
    'GET /i HTTP/1.1" "http://mention.example/p"',
    "mention @http.request.referrer",
    { "url.path": "/i", "http.request.referrer": "http://mention.example/p" },
  ],
  ["http://nested.example/p", "GET /r?u=http%3A%2F%2Fnested.example%2Fp HTTP/1.1", "mention"],
  ["http://nested.example/p", "GET /r?u=http%3A%2F%2Fnested.example%2Fp&x=1 HTTP/1.1", "mention"],
  ["http://nested.example/p", "GET /r?u=http://nested.example/p&x=1 HTTP/1.1", "mention"],
  ["http://nested.example/p?a=1&b=2", "GET /r?u=http%3A%2F%2Fnested.example%2Fp%3Fa%3D1%26b%3D2&x=1 HTTP/1.1", "mention"],
  ["http://nested.example/p", "GET http://good.example/r?u=http://nested.example/p HTTP/1.1", "mention"],
  ["http://nested.example/p", "GET http://good.example/http://nested.example/p HTTP/1.1", "mention"],
  ["http://nested.example/p", "GET /r?u=http%3A%2F%2Fnested.example%2Fp%2Fq HTTP/1.1", undefined],
  [name, "GET http://good.example/?q=evil.example HTTP/1.1", "mention"],
  [name, "good.example/?q=evil.example", "mention"],
  [ip, "GET /geo?ip=203.0.113.9 HTTP/1.1", "mention"],
  [ip, "10.0.0.1 GET /geo HTTP/1.1 203.0.113.9", "exact"],
  [md5, `GET http://good.example/file/${md5} HTTP/1.1`, "mention"],
  [ip, "/203.0.113.9:443 closed", "exact"],
  [ip, "relay.example/203.0.113.9:443 closed", "exact"],
  [name, '"bot (+http://evil.example)"', "mention @user_agent.original", { "user_agent.original": "bot (+http://evil.example)" }],
  [name, "alert evil.example lookup", "mention @rule.name", { "rule.name": "alert evil.example lookup" }],
  [name, "s", "mention @email.subject", { "email.subject": "visit evil.example" }],
  [name, "u=evil.example", "mention @url.query", { "url.query": "u=evil.example" }],
  [ip, "203.0.113.9 -", "exact @source.ip", { "source.ip": ip, "http.request.referrer": "http://203.0.113.9/" }],
  [ip, 'GET / "http://203.0.113.9/" xff=203.0.113.9', "exact", { "http.request.referrer": "http://203.0.113.9/" }],
  [ip, "reply www.ok.example is 203.0.113.9", "lookup @dns.answers.data", { "dns.answers.data": ["203.0.113.9"] }],
  [name, "reply www.ok.example is <CNAME> evil.example", "lookup @dns.answers.data", { "dns.answers.data": ["evil.example"] }],
  [name, "query a.evil.example", "subdomain @dns.question.name", { "dns.question.name": "a.evil.example" }],
  [ip, "q", "lookup @dns.question.name", { "dns.question.name": "9.113.0.203.in-addr.arpa" }],
  ["user-agent=EvilBot/1.0", '1.1.1.1 - "GET / HTTP/1.1" "-" "EvilBot/1.0"', "exact"],
  ["user-agent=EvilBot/1.0", "EvilBot/1.0", "exact @user_agent.original", { "user_agent.original": "EvilBot/1.0" }],
  ["user-agent=EvilBot/1.0", '"Mozilla EvilBot/1.0 x"', undefined],
])

describe("where", () => {
  test("names the field that carries the value as a whole", () => {
    expect(verdict(ip, "src=203.0.113.9 x", { fields: { message: "src=203.0.113.9 x", "source.ip": ip } })).toBe("exact @source.ip")
    expect(verdict(name, "x", { fields: { "url.full": "http://evil.example/", "url.domain": name } })).toBe("exact @url.domain")
    expect(verdict(ip, "msg 203.0.113.9", { fields: { message: "msg 203.0.113.9" } })).toBe("exact @message")
    expect(verdict(ip, "msg 203.0.113.9", {})).toBe("exact")
  })

  test("a second, plain occurrence outranks the mention", () => {
    const fields = { "http.request.referrer": "http://evil.example/" }
    expect(verdict(name, '"http://evil.example/" upstream evil.example', { fields })).toBe("exact")
    expect(verdict(name, '"http://evil.example/"', { fields })).toBe("mention @http.request.referrer")
  })
})

describe("9 claimed forwarders", () => {
  test("what a header only claims is weak", () => {
    const text = '10.9.9.9 - - "GET /" "203.0.113.9, 198.51.100.7"'
    const fields = { "source.ip": "10.9.9.9", "network.forwarded_ip": "198.51.100.7" }
    expect(verdict(ip, text, { fields, claimed: [ip] })).toBe("weak claimed")
    expect(verdict("203.0.113.0/24", text, { fields, claimed: [ip] })).toBe("weak claimed")
    expect(verdict("198.51.100.7", text, { fields, claimed: [ip] })).toBe("exact @network.forwarded_ip")
    expect(
      verdict(ip, text, { fields: { ...fields, "http.request.headers.x-forwarded-for": "203.0.113.9, 198.51.100.7" }, claimed: [ip] }),
    ).toBe("weak claimed @network.forwarded_ip")
    expect(verdict(ip, `${ip} ${text}`, { fields: { "source.ip": ip }, claimed: [ip] })).toBe("exact @source.ip")
  })
})

describe("observed is the log's spelling", () => {
  test.each([
    [ip, "client=203.000.113.009 x", "203.000.113.009"],
    [name, "A (1)a(4)evil(7)example(0) x", "(1)a(4)evil(7)example(0)"],
    [name, "q=sub%2Eevil%2eexample&x", "sub%2Eevil%2eexample"],
    [name, "evil[.]example seen", "evil[.]example"],
    [url, '{"u":"http:\\/\\/evil.example\\/a\\/B?x=1"}', "http:\\/\\/evil.example\\/a\\/B?x=1"],
    [url, "(http://evil.example/a/B?x=1).", "http://evil.example/a/B?x=1"],
    [ip, "\x1b[31m203.0.113.9\x1b[0m denied", "203.0.113.9"],
    [ip, "%22%32%30%33.0.113.9%22", "%32%30%33.0.113.9"],
    [ip, "net 203.0.113.0/24 x", "203.0.113.0/24"],
    [six, "from [2001:DB8:0::9]:443", "2001:DB8:0::9"],
    ["file:name=svch0st.exe", '"C:\\\\T\\\\SVCH0ST.exe"', "SVCH0ST.exe"],
    ["file:path=C:\\T\\a.exe", '"c:\\\\t\\\\A.exe"', "c:\\\\t\\\\A.exe"],
  ])("%s in %j", (spec, text, observed) => {
    expect(judge(spec, text)?.observed).toBe(observed)
  })
})

test("observed is the record's spelling even where the parser has decoded the field", () => {
  const dns = judge(name, "A (1)a(4)evil(7)example(0)", { fields: { "dns.question.name": "a.evil.example" } })
  expect(dns).toMatchObject({ observed: "(1)a(4)evil(7)example(0)", where: "dns.question.name", strength: "subdomain" })
  const json = judge(url, '{"u":"http:\\/\\/evil.example\\/a\\/B?x=1"}', { fields: { "url.full": url } })
  expect(json).toMatchObject({ observed: "http:\\/\\/evil.example\\/a\\/B?x=1", where: "url.full", strength: "exact" })
})
