import { showImagePreview } from 'vant'
import 'vant/es/image-preview/index.css'
import 'vant/es/overlay/index.css'
import 'vant/es/popup/index.css'
import 'vant/es/swipe/index.css'
import 'vant/es/swipe-item/index.css'
import 'vant/es/image/index.css'

/** Full-screen photos with pinch and swipe; a tap closes. Loaded with the first tap. */
export const showPhotos = (images: string[], startPosition: number): void => void showImagePreview({ images, startPosition, closeable: false })
