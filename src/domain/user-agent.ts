/** What a browser says it is: a family, and the system it runs on. Null for what is not known. */
export type DeviceWords = { readonly browser: string | null; readonly system: string | null }

type Signs = readonly (readonly [sign: RegExp, name: string])[]

// The order counts: nearly all say that they are Mozilla, most that they are Chrome, and those that they are Safari.
const BROWSERS: Signs = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera|OPT)\b/, 'Opera'],
  [/\bYaBrowser\//, 'Yandex Browser'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|HeadlessChrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/[\d.]+ .*\bSafari\//, 'Safari'],
  [/\b(?:MSIE |Trident\/)/, 'Internet Explorer'],
  [/^curl\//, 'curl'],
  [/^Wget\//, 'Wget'],
  [/^(?:python-requests|python-httpx|Python-urllib|aiohttp)\b/i, 'Python'],
  [/^PostmanRuntime\//, 'Postman'],
  [/^(?:node|undici)\b/, 'Node.js'],
  [/^okhttp\//, 'OkHttp'],
]

const SYSTEMS: Signs = [
  [/\b(?:iPhone|iPod)\b/, 'iOS'],
  [/\biPad\b/, 'iPadOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\b(?:Macintosh|Mac OS X)\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]

const nameOf = (signs: Signs, text: string): string | null =>
  signs.find(([sign]) => sign.test(text))?.[1] ?? null

/** Reads a User-Agent. Versions are left out on purpose: they are frozen or invented more often than not. */
export const readUserAgent = (userAgent: string | null): DeviceWords => ({
  browser: nameOf(BROWSERS, userAgent ?? ''),
  system: nameOf(SYSTEMS, userAgent ?? ''),
})
