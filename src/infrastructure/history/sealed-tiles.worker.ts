import { openReader } from '../database/sqlite.ts'
import { type TileRange, tileReader } from './sealed-tiles.ts'

let opened: { readonly file: string; readonly look: ReturnType<typeof tileReader> } | undefined

export default ({ file, from, to }: TileRange): (Uint8Array | null)[] => {
  if (opened?.file !== file) opened = { file, look: tileReader(openReader(file)) }
  return opened.look({ from, to })
}
