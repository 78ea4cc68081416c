import * as maplibre from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import worker from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'

// The bundler moves the worker; without its new address the map stays blank.
maplibre.setWorkerUrl(worker)

export { maplibre }
