import type { Router } from 'vue-router'

const key = 'yiwang.renewed'
const pause = 60_000

/**
 * A page that was opened before the program was renewed asks for parts that are gone, and a click would do nothing. The page that was asked
 * for is loaded anew then, at most once a minute, and only where the server answers: without a network what is open stays open.
 */
export function followRenewal(router: Router, open = (address: string): void => location.assign(address)): void {
  router.onError(async (error: unknown, to) => {
    if (!(error instanceof Error) || !/dynamically imported module|importing a module|module script|preload CSS/i.test(error.message)) return
    if (Date.now() - Number(sessionStorage.getItem(key) ?? 0) < pause) return
    const answers = await fetch(router.resolve('/').href, { cache: 'no-store' }).then((answer) => answer.ok, () => false)
    if (!answers) return
    sessionStorage.setItem(key, String(Date.now()))
    open(router.resolve(to.fullPath).href)
  })
}
