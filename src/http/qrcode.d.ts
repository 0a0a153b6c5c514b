declare module 'qrcode' {
  type Modules = { readonly size: number; readonly get: (row: number, column: number) => number }
  export const create: (text: string, options: { errorCorrectionLevel: 'M' }) => { readonly modules: Modules }
}
