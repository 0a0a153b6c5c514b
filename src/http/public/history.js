// New events appear at the top by themselves. Without scripts the list is as it was when the page was asked for.
const list = document.querySelector('[data-live]')
const line = document.querySelector('template[data-line]')
const status = document.querySelector('[data-live-status]')
const MOST = 200

const show = ({ position, type, at, when, words, actor }) => {
  const row = line.content.cloneNode(true)
  const part = (name) => row.querySelector(`[data-part="${name}"]`)
  part('when').textContent = when
  part('when').dateTime = at
  part('words').textContent = words
  part('type').textContent = type
  part('actor').textContent = actor
  part('position').textContent = position
  part('link').href = `/history/${position}`
  list.prepend(row)
  while (list.rows.length > MOST) list.deleteRow(-1)
}

if (list && line && status) {
  const source = new EventSource(list.dataset.live)
  source.addEventListener('open', () => {
    status.textContent = status.dataset.open
  })
  source.addEventListener('message', ({ data }) => show(JSON.parse(data)))
  source.addEventListener('error', () => {
    status.textContent = status.dataset.closed
  })
  // An open stream would keep a page that was left from being taken back as it was.
  addEventListener('pagehide', () => source.close())
}
