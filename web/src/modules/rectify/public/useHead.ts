import { onBeforeUnmount, watchEffect } from 'vue'

/** Tells browsers and feed readers where the page's feed is, as long as the page is open. */
export function useHead(feed: () => { href: string; title: string }): void {
  const link = document.createElement('link')
  link.rel = 'alternate'
  link.type = 'application/atom+xml'
  watchEffect(() => Object.assign(link, feed()))
  document.head.append(link)
  onBeforeUnmount(() => link.remove())
}
