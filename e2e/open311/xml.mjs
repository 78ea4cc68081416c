// Reads the XML that Open311 servers write: elements and text, no namespaces to mind. Throws on what is not well formed.
const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const unescape = (text) => text.replace(/&(#x?[0-9a-fA-F]+|\w+);/g, (all, name) => {
  if (name[0] === '#') return String.fromCodePoint(name[1] === 'x' ? parseInt(name.slice(2), 16) : Number(name.slice(1)))
  if (!(name in entities)) throw new Error(`unknown entity ${all}`)
  return entities[name]
})

/** Returns the root as { name, text, children }. */
export function parse(source) {
  const body = source.replace(/^\uFEFF?\s*<\?xml[^>]*\?>/, '')
  const top = { name: '', text: '', children: [] }
  const open = [top]
  const token = /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([\w:.-]+)([^<>]*?)(\/?)>|([^<]+)/y
  while (token.lastIndex < body.length) {
    const at = token.lastIndex
    const m = token.exec(body)
    if (!m) throw new Error(`not XML at ${at}: ${body.slice(at, at + 40)}`)
    const [, cdata, closing, name, , empty, text] = m
    const last = open.at(-1)
    if (cdata !== undefined) last.text += cdata
    else if (text !== undefined) last.text += unescape(text)
    else if (name && closing) {
      if (last.name !== name) throw new Error(`</${name}> closes <${last.name}>`)
      open.pop()
    } else if (name) {
      const node = { name, text: '', children: [] }
      last.children.push(node)
      if (!empty) open.push(node)
    }
  }
  if (open.length !== 1 || top.children.length !== 1) throw new Error('one root element, closed, is wanted')
  return top.children[0]
}

/** The text of the first child of the name; undefined without one. */
export const textOf = (node, name) => node.children.find((child) => child.name === name)?.text.trim()
