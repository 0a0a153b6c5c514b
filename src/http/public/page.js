// On every page. Without scripts dates are in UTC, and a form that is sent twice is held to be one by the server.

// The reader's time zone goes along from the next page on; what stands on this one is told anew at once.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
const noted = `zone=${encodeURIComponent(timeZone)}`
if (timeZone && !document.cookie.split('; ').includes(noted)) {
  const secure = location.protocol === 'https:' ? '; secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: the other way is not there on plain http
  document.cookie = `${noted}; path=/; max-age=31536000; samesite=lax${secure}`
  const language = document.documentElement.lang === 'ru' ? 'ru' : 'en-GB'
  const at = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone })
  const zone = new Intl.DateTimeFormat(language, { timeZone, timeZoneName: 'short' })
  for (const time of document.querySelectorAll('time[datetime*="T"]')) {
    const instant = new Date(time.dateTime)
    const { value } = zone.formatToParts(instant).find(({ type }) => type === 'timeZoneName')
    time.textContent = `${at.format(instant).replace(' г.', '')} ${value}`
  }
}

// Where the tabs scroll, the one that is open is in sight.
const tab = document.querySelector('.tabs [aria-current]')
if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2

// A form that has been sent says so, and is not sent again by a second click.
const HELD_MS = 8000
const release = (form) => {
  delete form.dataset.sent
  for (const button of form.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy')
}
addEventListener('submit', (event) => {
  const form = event.target
  if (form.method !== 'post' || event.defaultPrevented) return
  if (form.dataset.sent) return event.preventDefault()
  form.dataset.sent = 'yes'
  event.submitter?.setAttribute('aria-busy', 'true')
  setTimeout(release, HELD_MS, form) // an answer that is a file leaves the page where it is
})
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) release(form)
})
