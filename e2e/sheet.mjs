// Opens an XLSX as a person's spreadsheet program does: the parts of the archive, its shared texts, the cells of the first sheet.
import { inflateRawSync } from 'node:zlib'

/** The parts of a ZIP by name, read by its central directory. */
function parts(file) {
  const end = file.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0) throw new Error('not a workbook')
  const found = new Map()
  for (let at = file.readUInt32LE(end + 16), n = file.readUInt16LE(end + 10); n > 0; n--) {
    const method = file.readUInt16LE(at + 10), size = file.readUInt32LE(at + 20), local = file.readUInt32LE(at + 42)
    const name = file.toString('utf8', at + 46, at + 46 + file.readUInt16LE(at + 28))
    const from = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
    const body = file.subarray(from, from + size)
    found.set(name, (method ? inflateRawSync(body) : body).toString('utf8'))
    at += 46 + file.readUInt16LE(at + 28) + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32)
  }
  return found
}

const plain = (xml) => [...xml.matchAll(/<t(?: [^>]*)?>([^<]*)<\/t>/g)].map((m) => m[1]).join('')
  .replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&apos;|&#39;/g, "'").replace(/&amp;/g, '&')

/** The rows of the first sheet as texts. */
export function rowsOf(file) {
  const all = parts(file)
  const shared = [...(all.get('xl/sharedStrings.xml') ?? '').matchAll(/<si>(.*?)<\/si>/gs)].map((m) => plain(m[1]))
  const sheet = all.get('xl/worksheets/sheet1.xml')
  return [...sheet.matchAll(/<row[^>]*>(.*?)<\/row>/gs)].map((row) => [...row[1].matchAll(/<c([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)].map(([, given, body = '']) => {
    const value = /<v>([^<]*)<\/v>/.exec(body)?.[1] ?? ''
    return /t="s"/.test(given) ? shared[Number(value)] : plain(body) || value
  }))
}
