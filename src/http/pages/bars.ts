const HEIGHT = 120
const STEP = 20
const BAR = 14

/** Columns of stacked bars, one part a way: places and sizes for an SVG. Parts that are nothing are not drawn. */
export const stackedBars = <W extends string>(
  columns: readonly Readonly<Record<W, number>>[],
  ways: readonly W[],
) => {
  const most = Math.max(1, ...columns.map((column) => ways.reduce((sum, way) => sum + column[way], 0)))
  const bars = columns.flatMap((column, n) => {
    let top = HEIGHT
    return ways
      .filter((way) => column[way] > 0)
      .map((way) => {
        const height = (column[way] / most) * HEIGHT
        top -= height
        return { way, x: n * STEP + (STEP - BAR) / 2, y: top.toFixed(2), height: height.toFixed(2) }
      })
  })
  return { bars, barWidth: BAR, width: columns.length * STEP, height: HEIGHT, most }
}
