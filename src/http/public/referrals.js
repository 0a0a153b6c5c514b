// Copying the link, and counting letters. Without scripts the link is still there to be copied, and the server counts.
const copy = document.querySelector('button[data-copy]')
if (copy && navigator.clipboard) {
  const said = document.querySelector('[data-copy-status]')
  copy.hidden = false
  const say = (outcome) => () => {
    said.textContent = copy.dataset[outcome]
  }
  copy.addEventListener('click', () => {
    const link = document.getElementById(copy.dataset.copy)
    navigator.clipboard.writeText(link.href).then(say('copied'), say('failed'))
  })
}

for (const field of document.querySelectorAll('[data-counted]')) {
  const counter = document.querySelector(`[data-counter="${field.id}"]`)
  const count = () => {
    counter.textContent = `${field.value.length} / ${field.maxLength}`
  }
  field.addEventListener('input', count)
  count()
}
