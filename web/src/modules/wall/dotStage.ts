import type { CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl'
import type { DotLayer } from '@/modules/patrol/dots'

const least = 0.5 // of the pixels of the screen
const leastWait = 30 // milliseconds from one picture to the next: dots that glide for a second need no more
const slow = 45
const far = 4 * slow // few pixels at once
const judged = { pictures: 40, milliseconds: 1_500 } // between two looks at how fast they come
const restWait = 2_000 // where nothing glides, new places are shown this often
const restFor = 600_000 // then gliding is tried again: the machine may only have been busy

/**
 * Dots on a canvas of their own above a map that stands still: while they glide, only they are drawn again and not the grids below. Where
 * pictures come slowly (a graphics card that is none) the canvas gets fewer pixels; its size on the page never changes. Where even that is
 * too much, dots step every two seconds instead of gliding, so that the rest of the page stays quick.
 */
export class DotStage {
  private readonly gl: WebGL2RenderingContext
  private readonly around = new ResizeObserver(() => this.size())
  private matrix: number[] = []
  private asked = 0
  private since = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private wait = leastWait
  private rested = 0
  private last = 0
  private took = 0
  private n = 0
  private readonly stillBefore: boolean
  /** Pixels of the canvas to one of the page. */
  ratio = Math.min(2, devicePixelRatio)

  /** Throws where the browser has no WebGL. */
  constructor(private readonly canvas: HTMLCanvasElement, private readonly layer: DotLayer) {
    const gl = canvas.getContext('webgl2', { alpha: true, premultipliedAlpha: true, antialias: false, depth: false, stencil: false })
    if (!gl) throw new Error('no WebGL 2')
    this.gl = gl
    this.stillBefore = layer.still
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
    clearTimeout(this.timer)
    this.around.disconnect()
    this.layer.onRemove()
  }

  private size(): void {
    this.canvas.width = Math.max(1, Math.round(this.canvas.clientWidth * this.ratio))
    this.canvas.height = Math.max(1, Math.round(this.canvas.clientHeight * this.ratio))
    this.ask()
  }

  private ask(): void {
    if (this.asked || this.timer) return
    const early = this.wait - (performance.now() - this.last)
    if (this.wait > leastWait && early > 0) {
      this.timer = setTimeout(() => { this.timer = undefined; this.ask() }, early)
      return
    }
    this.since = performance.now()
    this.asked = requestAnimationFrame((now) => this.draw(now))
  }

  private draw(now: number): void {
    if (now - this.last < leastWait) {
      this.asked = requestAnimationFrame((next) => this.draw(next))
      return
    }
    this.asked = 0
    this.judge(now)
    this.last = now
    this.gl.viewport(0, 0, this.canvas.width, this.canvas.height)
    this.gl.clearColor(0, 0, 0, 0)
    this.gl.clear(this.gl.COLOR_BUFFER_BIT)
    if (this.matrix.length) this.layer.render(this.gl, { defaultProjectionData: { mainMatrix: this.matrix } } as unknown as CustomRenderMethodInput)
  }

  /** Pictures that come too slowly after they were asked for take a quarter of the pixels away, and in the end the gliding. */
  private judge(now: number): void {
    if (this.rested) {
      if (now - this.rested > restFor) this.rest(0)
      return
    }
    this.took += Math.min(1_000, now - this.since) // a page behind another draws nothing
    this.n++
    if (this.n < judged.pictures && this.took < judged.milliseconds) return
    const mean = this.took / this.n
    this.took = this.n = 0
    if (mean <= slow) return
    if (this.ratio <= least) return this.rest(now)
    this.ratio = mean > far ? least : Math.max(least, this.ratio * 0.75)
    this.size()
  }

  private rest(from: number): void {
    this.rested = from
    this.wait = from ? restWait : leastWait
    this.layer.still = from > 0 || this.stillBefore
  }
}
