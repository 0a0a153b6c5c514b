import { describe, expect, test } from 'vitest'
import { readUserAgent } from '../../src/domain/user-agent.ts'

const MOZILLA = 'Mozilla/5.0'
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0'
const WIN = '(Windows NT 10.0; Win64; x64)'
const MAC = '(Macintosh; Intel Mac OS X 10_15_7)'
const IPHONE = '(iPhone; CPU iPhone OS 18_5 like Mac OS X)'
const WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'

const agents: readonly (readonly [string, string | null, string | null])[] = [
  [`${MOZILLA} ${WIN} ${CHROME} Safari/537.36`, 'Chrome', 'Windows'],
  [`${MOZILLA} ${MAC} ${CHROME} Safari/537.36`, 'Chrome', 'macOS'],
  [`${MOZILLA} (X11; Linux x86_64) ${CHROME} Safari/537.36`, 'Chrome', 'Linux'],
  [`${MOZILLA} (X11; CrOS x86_64 14541.0.0) ${CHROME} Safari/537.36`, 'Chrome', 'ChromeOS'],
  [`${MOZILLA} (Linux; Android 10; K) ${CHROME} Mobile Safari/537.36`, 'Chrome', 'Android'],
  [`${MOZILLA} ${IPHONE} ${WEBKIT} CriOS/138.0.7204.53 Mobile/15E148 Safari/604.1`, 'Chrome', 'iOS'],
  [`${MOZILLA} ${WIN} ${CHROME} Safari/537.36 Edg/138.0.0.0`, 'Edge', 'Windows'],
  [`${MOZILLA} (Linux; Android 10; HD1913) ${CHROME} Mobile Safari/537.36 EdgA/138.0.0.0`, 'Edge', 'Android'],
  [`${MOZILLA} ${WIN} ${CHROME} Safari/537.36 Edge/18.17763`, 'Edge', 'Windows'],
  [`${MOZILLA} ${WIN} ${CHROME} Safari/537.36 OPR/120.0.0.0`, 'Opera', 'Windows'],
  [`${MOZILLA} ${WIN} ${CHROME} YaBrowser/25.6.0.0 Safari/537.36`, 'Yandex Browser', 'Windows'],
  [
    `${MOZILLA} (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
    'Samsung Internet',
    'Android',
  ],
  [`${MOZILLA} ${WIN} ${CHROME} Safari/537.36 Vivaldi/7.4.3684.50`, 'Vivaldi', 'Windows'],
  [`${MOZILLA} (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox', 'Windows'],
  [`${MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox', 'Linux'],
  [`${MOZILLA} (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0`, 'Firefox', 'Android'],
  [`${MOZILLA} ${IPHONE} ${WEBKIT} FxiOS/140.0 Mobile/15E148 Safari/605.1.15`, 'Firefox', 'iOS'],
  [`${MOZILLA} ${MAC} ${WEBKIT} Version/18.5 Safari/605.1.15`, 'Safari', 'macOS'],
  [`${MOZILLA} ${IPHONE} ${WEBKIT} Version/18.5 Mobile/15E148 Safari/604.1`, 'Safari', 'iOS'],
  [
    `${MOZILLA} (iPad; CPU OS 16_6 like Mac OS X) ${WEBKIT} Version/16.6 Mobile/15E148 Safari/604.1`,
    'Safari',
    'iPadOS',
  ],
  [`${MOZILLA} (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko`, 'Internet Explorer', 'Windows'],
  ['curl/8.14.1', 'curl', null],
  ['Wget/1.25.0', 'Wget', null],
  ['python-requests/2.32.4', 'Python', null],
  ['PostmanRuntime/7.44.1', 'Postman', null],
  ['node', 'Node.js', null],
  ['okhttp/4.12.0', 'OkHttp', null],
  ['MyApp/3.2 (Linux)', null, 'Linux'],
]

const unknown: readonly (string | null)[] = [
  null,
  '',
  'MyApp/3.2',
  'x'.repeat(400),
  '(((((',
  'I am Chrome, honestly',
  'behind PostmanRuntime/7.44.1',
  'behind node',
  'behind okhttp/4.12.0',
]

describe('S4-33 the device kind: what a browser says it is', () => {
  test.each(agents)('%s', (userAgent, browser, system) =>
    expect(readUserAgent(userAgent)).toStrictEqual({ browser, system }),
  )
  test.each(unknown)('nothing is made of %j', (userAgent) =>
    expect(readUserAgent(userAgent)).toStrictEqual({ browser: null, system: null }),
  )
})
