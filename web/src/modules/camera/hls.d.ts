/** The build without subtitles and encryption is half the size; the package ships no types for it. */
declare module 'hls.js/light' {
  export { default } from 'hls.js'
}
