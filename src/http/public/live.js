// A page that changes by itself: told that something has changed, it asks for itself again and takes over the parts that
// differ. What somebody has opened or is in the midst of stays as it is. Without scripts the page is reloaded, or stays.
const page = document.querySelector('[data-live-page]')

const isInUse = (part) =>
  part.contains(document.activeElement) || part.querySelector('details[open]') !== null

const takeOver = (fresh) => {
  for (const part of document.querySelectorAll('[data-part]')) {
    const next = fresh.getElementById(part.id)
    if (next && !isInUse(part) && part.innerHTML !== next.innerHTML) part.replaceChildren(...next.childNodes)
  }
}

let asking = false
let again = false
const refresh = async () => {
  again = asking
  if (asking) return
  asking = true
  try {
    const answer = await fetch(location.href, {
      headers: { accept: 'text/html', 'x-requested-with': 'live' },
    })
    if (answer.ok && !answer.redirected) {
      takeOver(new DOMParser().parseFromString(await answer.text(), 'text/html'))
    }
  } finally {
    asking = false
  }
  if (again) await refresh()
}

if (page) {
  const source = new EventSource(page.dataset.livePage)
  source.addEventListener('message', () => void refresh().catch(() => {}))
  source.addEventListener('over', () => source.close())
  addEventListener('pagehide', () => source.close())
}

// A file that is dropped anywhere on its box is the chosen one; the form is sent as if it had been picked by hand.
const box = document.querySelector('[data-drop]')
if (box) {
  const input = box.querySelector('input[type=file]')
  const mark = (on) => (event) => {
    event.preventDefault()
    box.classList.toggle('over', on)
  }
  box.addEventListener('dragover', mark(true))
  box.addEventListener('dragleave', mark(false))
  box.addEventListener('drop', (event) => {
    mark(false)(event)
    if (event.dataTransfer.files.length !== 1) return
    input.files = event.dataTransfer.files
    box.querySelector('form').requestSubmit()
  })
}
