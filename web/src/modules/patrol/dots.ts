import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl'

/** One dot: where, which colour of the palette, how big in pixels. */
export interface Dot { id: number; lat: number; lon: number; tone: number; size: number }

export type Colour = [number, number, number]

const glide = 1_000 // milliseconds from one fix to the next
const fields = 8 // from x, from y, to x, to y, start, tone, size, spare
const longestStep = 0.00002 // in the unit of the map, about 800 m: who comes from farther away appears there

const vertex = `#version 300 es
uniform mat4 matrix; uniform float now; uniform float ratio; uniform vec3 palette[6];
in vec4 way; in vec3 look;
out vec3 tint; out float radius;
void main() {
  float part = clamp((now - look.x) / ${glide.toFixed(1)}, 0.0, 1.0);
  gl_Position = matrix * vec4(mix(way.xy, way.zw, part), 0.0, 1.0);
  tint = palette[int(look.y)];
  radius = look.z * ratio;
  gl_PointSize = 2.0 * (radius + 2.0 * ratio) + 2.0;
}`
const fragment = `#version 300 es
precision highp float;
uniform vec3 rim; uniform float ratio;
in vec3 tint; in float radius; out vec4 colour;
void main() {
  float far = distance(gl_PointCoord, vec2(0.5)) * (2.0 * (radius + 2.0 * ratio) + 2.0);
  float edge = radius + 2.0 * ratio;
  float alpha = 1.0 - smoothstep(edge - 0.75, edge + 0.75, far);
  if (alpha <= 0.0) discard;
  vec3 c = mix(tint, rim, smoothstep(radius - 0.75, radius + 0.75, far));
  colour = vec4(c * alpha, alpha);
}`

/** Where a place lies in the unit square of Mercator. */
export const mercator = (lat: number, lon: number): [number, number] => [(lon + 180) / 360, (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2]

/**
 * Thousands of moving dots as one layer of points: a step costs 32 bytes to the graphics card, which does the gliding. Places are kept
 * relative to an origin, since the map's own numbers are too coarse for single-precision numbers near the ground.
 */
export class DotLayer implements CustomLayerInterface {
  readonly type = 'custom' as const
  readonly renderingMode = '2d' as const
  palette: Colour[] = []
  rim: Colour = [0, 0, 0]
  private map?: MapLibre
  private gl?: WebGL2RenderingContext
  private program?: WebGLProgram
  private buffer: WebGLBuffer | null = null
  private array: WebGLVertexArrayObject | null = null
  private data = new Float32Array(fields * 256)
  private raw = new Float64Array(2 * 256) // latitude and longitude as they came: who did not move is not reckoned again
  private at: Record<string, WebGLUniformLocation | null> = {}
  private readonly places = new Map<number, number>() // id → place in data
  private ids: number[] = []
  private dirty = true
  private until = 0
  private readonly began = performance.now()
  private readonly origin: [number, number]

  constructor(readonly id: string, at: { lat: number; lon: number }, public still = false) {
    this.origin = mercator(at.lat, at.lon)
  }

  get count(): number { return this.ids.length }

  /** Shows these dots and no others; those who moved glide there. */
  set(dots: Iterable<Dot>): void {
    const now = performance.now() - this.began
    const kept = new Set<number>()
    for (const dot of dots) {
      kept.add(dot.id)
      this.put(dot, now)
    }
    if (kept.size !== this.ids.length) for (const id of [...this.ids]) if (!kept.has(id)) this.remove(id)
    this.map?.triggerRepaint()
  }

  private put(dot: Dot, now: number): void {
    let place = this.places.get(dot.id)
    const fresh = place === undefined
    if (place === undefined) {
      place = this.ids.push(dot.id) - 1
      this.places.set(dot.id, place)
      if (this.data.length < this.ids.length * fields) this.grow()
    }
    const d = this.data
    const o = place * fields
    if (fresh || this.raw[place * 2] !== dot.lat || this.raw[place * 2 + 1] !== dot.lon) {
      this.raw[place * 2] = dot.lat
      this.raw[place * 2 + 1] = dot.lon
      const [mx, my] = mercator(dot.lat, dot.lon)
      const x = mx - this.origin[0]
      const y = my - this.origin[1]
      const part = fresh ? 1 : Math.min(1, (now - d[o + 4]!) / glide)
      const px = fresh ? x : d[o]! + (d[o + 2]! - d[o]!) * part
      const py = fresh ? y : d[o + 1]! + (d[o + 3]! - d[o + 1]!) * part
      const leap = fresh || this.still || Math.hypot(x - px, y - py) > longestStep
      d[o] = leap ? x : px
      d[o + 1] = leap ? y : py
      d[o + 2] = x
      d[o + 3] = y
      d[o + 4] = now
      if (!leap) this.until = now + glide
      this.dirty = true
    }
    if (d[o + 5] !== dot.tone || d[o + 6] !== Math.fround(dot.size)) { d[o + 5] = dot.tone; d[o + 6] = dot.size; this.dirty = true }
  }

  private grow(): void {
    const more = new Float32Array(this.data.length * 2)
    more.set(this.data)
    this.data = more
    const raw = new Float64Array(this.raw.length * 2)
    raw.set(this.raw)
    this.raw = raw
  }

  /** The dot at a place of the map, at most so many pixels away at this zoom; north is up. */
  pick(lat: number, lon: number, zoom: number, pixels: number): number | undefined {
    const [mx, my] = mercator(lat, lon)
    const now = performance.now() - this.began
    const d = this.data
    let best = pixels / (512 * 2 ** zoom)
    let found: number | undefined
    for (let place = 0; place < this.ids.length; place++) {
      const o = place * fields
      const part = Math.min(1, Math.max(0, (now - d[o + 4]!) / glide))
      const far = Math.hypot(d[o]! + (d[o + 2]! - d[o]!) * part + this.origin[0] - mx, d[o + 1]! + (d[o + 3]! - d[o + 1]!) * part + this.origin[1] - my)
      if (far < best) { best = far; found = this.ids[place] }
    }
    return found
  }

  private remove(id: number): void {
    const place = this.places.get(id)!
    const last = this.ids.length - 1
    if (place !== last) {
      this.data.copyWithin(place * fields, last * fields, (last + 1) * fields)
      this.raw.copyWithin(place * 2, last * 2, (last + 1) * 2)
      this.ids[place] = this.ids[last]!
      this.places.set(this.ids[place]!, place)
    }
    this.ids.pop()
    this.places.delete(id)
    this.dirty = true
  }

  onAdd(map: MapLibre, gl: WebGLRenderingContext | WebGL2RenderingContext): void {
    this.map = map
    this.gl = gl as WebGL2RenderingContext
    const program = (this.program = this.gl.createProgram()!)
    for (const [type, source] of [[this.gl.VERTEX_SHADER, vertex], [this.gl.FRAGMENT_SHADER, fragment]] as const) {
      const shader = this.gl.createShader(type)!
      this.gl.shaderSource(shader, source)
      this.gl.compileShader(shader)
      this.gl.attachShader(program, shader)
    }
    this.gl.bindAttribLocation(program, 0, 'way')
    this.gl.bindAttribLocation(program, 1, 'look')
    this.gl.linkProgram(program)
    for (const name of ['matrix', 'now', 'ratio', 'palette', 'rim']) this.at[name] = this.gl.getUniformLocation(program, name)
    this.buffer = this.gl.createBuffer()
    this.array = this.gl.createVertexArray()
    this.dirty = true
  }

  onRemove(): void {
    this.gl?.deleteBuffer(this.buffer)
    this.gl?.deleteVertexArray(this.array)
    if (this.program) this.gl?.deleteProgram(this.program)
    this.map = this.gl = this.program = undefined
  }

  render(context: WebGLRenderingContext | WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const gl = context as WebGL2RenderingContext
    const program = this.program
    if (!program || !this.ids.length) return
    const now = performance.now() - this.began
    gl.useProgram(program)
    gl.bindVertexArray(this.array)
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer)
    if (this.dirty) {
      gl.bufferData(gl.ARRAY_BUFFER, this.data.subarray(0, this.ids.length * fields), gl.DYNAMIC_DRAW)
      gl.enableVertexAttribArray(0)
      gl.enableVertexAttribArray(1)
      gl.vertexAttribPointer(0, 4, gl.FLOAT, false, fields * 4, 0)
      gl.vertexAttribPointer(1, 3, gl.FLOAT, false, fields * 4, 16)
      this.dirty = false
    }
    const at = this.at
    const ratio = gl.drawingBufferWidth / (gl.canvas as HTMLCanvasElement).clientWidth || 1
    gl.uniformMatrix4fv(at.matrix!, false, shifted(input.defaultProjectionData.mainMatrix as ArrayLike<number>, this.origin))
    gl.uniform1f(at.now!, now)
    gl.uniform1f(at.ratio!, ratio)
    gl.uniform3fv(at.palette!, this.palette.flat())
    gl.uniform3fv(at.rim!, this.rim)
    gl.enable(gl.BLEND)
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
    gl.drawArrays(gl.POINTS, 0, this.ids.length)
    gl.bindVertexArray(null)
    if (now < this.until) this.map?.triggerRepaint()
  }
}

/** The matrix after a move by the origin, reckoned in double precision. */
function shifted(m: ArrayLike<number>, [x, y]: [number, number]): Float32Array {
  const out = Float32Array.from(m)
  for (let row = 0; row < 4; row++) out[12 + row] = m[row]! * x + m[4 + row]! * y + m[12 + row]!
  return out
}

/** A colour of a token as the graphics card takes it. */
export function rgb(text: string): Colour {
  const hex = /^#([0-9a-f]{6})$/i.exec(text.trim())?.[1] ?? '888888'
  return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255) as Colour
}
