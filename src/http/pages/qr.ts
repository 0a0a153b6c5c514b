import { create } from 'qrcode'

const QUIET = 4 // ISO/IEC 18004: this many modules of nothing around it

/** A QR code as numbers for an SVG: how wide it is in modules, and the path of its dark ones. */
export const qrOf = (text: string): { readonly size: number; readonly path: string } => {
  const { modules } = create(text, { errorCorrectionLevel: 'M' })
  const all = [...Array(modules.size).keys()]
  const path = all
    .flatMap((row) =>
      all
        .filter((column) => modules.get(row, column))
        .map((column) => `M${column + QUIET} ${row + QUIET}h1v1h-1z`),
    )
    .join('')
  return { size: modules.size + 2 * QUIET, path }
}
