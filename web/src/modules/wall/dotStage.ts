import type { CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl'
import type { DotLayer } from '@/modules/patrol/dots'

const least = 0.5 // of the pixels of the screen
const leastWait = 30 // milliseconds from one picture to the next: dots that glide for a second need no more
const slow = 45
const judged = 40 // pictures between two looks at how fast they come

/**
 * Dots on a canvas of their own above a map that stands still: while they glide, only they are drawn again and not the grids below. Where
 * pictures come slowly (a graphics card that is none) the canvas gets fewer pixels; its size on the page never changes.
 */
export class DotStage {
  private readonly gl: WebGL2RenderingContext
  private readonly around = new ResizeObserver(() => this.size())
  private matrix: number[] = []
  private asked = 0
  private last = 0
  private took = 0
  private n = 0
  /** Pixels of the canvas to one of the page. */
  ratio = Math.min(2, devicePixelRatio)

  /** Throws where the browser has no WebGL. */
  constructor(private readonly canvas: HTMLCanvasElement, private readonly layer: DotLayer) {
    const gl = canvas.getContext('webgl2', { alpha: true, premultipliedAlpha: true, antialias: false, depth: false, stencil: false })
    if (!gl) throw new Error('no WebGL 2')
    this.gl = gl
    layer.onAdd({ triggerRepaint: () => this.ask() } as unknown as MapLibre, gl)
    this.around.observe(canvas)
    this.size()
  }

  /** Says where the map below stands: its middle in the unit square of Mercator, and pixels of the page to the whole of it. */
  stand([x, y]: [number, number], world: number): void {
    const { clientWidth: width, clientHeight: height } = this.canvas
    const [sx, sy] = [(2 * world) / Math.max(1, width), (-2 * world) / Math.max(1, height)]
    this.matrix = [sx, 0, 0, 0, 0, sy, 0, 0, 0, 0, 1, 0, -x * sx, -y * sy, 0, 1]
    this.ask()
  }

  end(): void {
    cancelAnimationFrame(this.asked)
    this.around.disconnect()
    this.layer.onRemove()
  }

  private size(): void {
    this.canvas.width = Math.max(1, Math.round(this.canvas.clientWidth * this.ratio))
    this.canvas.height = Math.max(1, Math.round(this.canvas.clientHeight * this.ratio))
    this.ask()
  }

  private ask(): void { if (!this.asked) this.asked = requestAnimationFrame((now) => this.draw(now)) }

  private draw(now: number): void {
    this.asked = 0
    if (now - this.last < leastWait) return this.ask()
    this.judge(now - this.last)
    this.last = now
    this.gl.viewport(0, 0, this.canvas.width, this.canvas.height)
    this.gl.clearColor(0, 0, 0, 0)
    this.gl.clear(this.gl.COLOR_BUFFER_BIT)
    if (this.matrix.length) this.layer.render(this.gl, { defaultProjectionData: { mainMatrix: this.matrix } } as unknown as CustomRenderMethodInput)
  }

  /** Takes a quarter of the pixels away when pictures that follow each other come too slowly. */
  private judge(took: number): void {
    if (took > 1_000) return // nothing moved in between
    this.took += took
    if (++this.n < judged) return
    const tooSlow = this.took / this.n > slow
    this.took = this.n = 0
    if (!tooSlow || this.ratio <= least) return
    this.ratio = Math.max(least, this.ratio * 0.75)
    this.size()
  }
}
