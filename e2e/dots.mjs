// What the wall is told of positions: the frames of its stream, which name nobody.

/** The frames a page gets from now on, and whether any of them shows a dot at a place. Asked before the page is opened. */
export function framesOf(page) {
  const frames = []
  page.on('websocket', (socket) => socket.on('framereceived', (frame) => frames.push({ at: Date.now(), payload: frame.payload })))
  const near = (a, b) => Math.abs(a - b) < 0.00001
  const first = (place) => frames.find((f) => spots(f.payload).some((dot) => near(dot.lat, place.lat) && near(dot.lon, place.lon)))
  return { show: (place) => first(place)?.at }
}

/** Where a frame of the position stream shows dots (internal/patrol/stream_frame.go). */
function spots(bytes) {
  let at = 2
  const unsigned = () => { let v = 0; for (let by = 1; ; by *= 128) { const b = bytes[at++]; v += (b & 127) * by; if (b < 128) return v } }
  const signed = () => { const v = unsigned(); return v % 2 ? -(v + 1) / 2 : v / 2 }
  for (let n = 0; n < 3; n++) unsigned()
  for (let n = unsigned(); n > 0; n--) unsigned()
  const out = []
  let lat = 0, lon = 0
  for (let n = unsigned(); n > 0; n--) {
    unsigned()
    lat += signed()
    lon += signed()
    unsigned()
    at++
    out.push({ lat: lat / 1e6, lon: lon / 1e6 })
  }
  return out
}
