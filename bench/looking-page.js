// Runs in every page that bench/looking.ts opens, before anything else there.
const longTasks = []
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longTasks.push(duration)
}).observe({ type: 'longtask', buffered: true })

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))

/** Scrolls by a hundred pixels a picture to the end, and answers what was felt. */
globalThis.lookThrough = async () => {
  const [navigation] = performance.getEntriesByType('navigation')
  let before = await nextFrame()
  let longestFrame = 0
  for (let y = 0; y < document.documentElement.scrollHeight; y += 100) {
    scrollTo(0, y)
    const now = await nextFrame()
    longestFrame = Math.max(longestFrame, now - before)
    before = now
  }
  return {
    loaded: navigation.loadEventEnd,
    longestTask: Math.max(0, ...longTasks),
    longestFrame,
    elements: document.querySelectorAll('*').length,
  }
}
