// Hosts that countless unrelated people publish on: an address there says nothing about the host alone (semantics 5.12).

/**
 * Each stands for its sub-domains too. Those that semantics 5.12 names, then hosts that the Public Suffix List's private
 * section, Tranco's top list and LOTS (living off trusted sites) projects agree on: shorteners, pastes, storage, chat, forges.
 */
export const sharedHosts: ReadonlySet<string> = new Set(
  `t.co bit.ly tinyurl.com google.com twitter.com github.com githubusercontent.com pastebin.com dropbox.com imgur.com discord.com
   t.me amazonaws.com cloudfront.net
   x.com facebook.com fb.com instagram.com linkedin.com reddit.com youtube.com youtu.be tiktok.com telegram.org telegram.me whatsapp.com
   vk.com medium.com tumblr.com blogspot.com wordpress.com wikipedia.org stackoverflow.com quora.com livejournal.com weebly.com wixsite.com
   goo.gl ow.ly is.gd buff.ly rebrand.ly cutt.ly rb.gy shorturl.at lnkd.in tiny.cc
   googleapis.com googleusercontent.com gstatic.com appspot.com firebaseapp.com web.app firebaseio.com run.app withgoogle.com
   microsoft.com live.com office.com sharepoint.com onedrive.com 1drv.ms outlook.com windows.net azureedge.net azurewebsites.net azurefd.net
   cloudapp.net cloudapp.azure.com azure.com trafficmanager.net visualstudio.com bing.com msn.com
   github.io gitlab.com gitlab.io bitbucket.org bitbucket.io sourceforge.net codeberg.org gitee.com npmjs.com npmjs.org jsdelivr.net unpkg.com
   discordapp.com discordapp.net discord.gg slack.com slack-files.com trello.com notion.so notion.site atlassian.net zoom.us
   dropboxusercontent.com box.com mega.nz mega.co.nz mediafire.com wetransfer.com transfer.sh file.io gofile.io anonfiles.com sendspace.com
   4shared.com zippyshare.com catbox.moe ufile.io drive.google.com docs.google.com icloud.com apple.com
   paste.ee ghostbin.com hastebin.com rentry.co controlc.com justpaste.it dpaste.com 0bin.net privatebin.net telegra.ph
   cloudflare.com workers.dev pages.dev r2.dev trycloudflare.com cloudflare-ipfs.com ipfs.io dweb.link fastly.net fastlylb.net akamai.net
   akamaihd.net akamaized.net edgekey.net edgesuite.net netlify.app netlify.com vercel.app now.sh herokuapp.com onrender.com glitch.me
   repl.co replit.app surge.sh fly.dev ngrok.io ngrok.app ngrok-free.app loca.lt serveo.net duckdns.org no-ip.com no-ip.org ddns.net
   digitaloceanspaces.com ondigitalocean.app backblazeb2.com wasabisys.com aliyuncs.com myqcloud.com oraclecloud.com
   amazon.com aws.amazon.com yahoo.com yandex.ru yandex.com yandex.net baidu.com qq.com weibo.com mail.ru
   imgbb.com ibb.co flickr.com giphy.com pinterest.com postimg.cc archive.org web.archive.org
   mailchimp.com sendgrid.net list-manage.com typeform.com jotform.com forms.gle evernote.com adobe.com canva.com`
    .split(/\s+/)
    .filter(Boolean),
)

/** Whether the host or a parent of it is shared. */
export function isSharedHost(host: string): boolean {
  for (let at = 0; at >= 0 && at < host.length; ) {
    if (sharedHosts.has(host.slice(at))) return true
    const dot = host.indexOf(".", at)
    if (dot < 0) return false
    at = dot + 1
  }
  return false
}
