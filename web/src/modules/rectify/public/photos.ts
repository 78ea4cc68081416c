import { showImagePreview } from 'vant'
// In this order: the preview's own style must come after that of the parts it is made of.
import 'vant/es/style/css-variables.css'
import 'vant/es/overlay/index.css'
import 'vant/es/popup/index.css'
import 'vant/es/image/index.css'
import 'vant/es/swipe/index.css'
import 'vant/es/swipe-item/index.css'
import 'vant/es/image-preview/index.css'

/** Full-screen photos with pinch and swipe; a tap closes. Loaded with the first tap. */
export const showPhotos = (images: string[], startPosition: number): void => void showImagePreview({ images, startPosition, closeable: false })
