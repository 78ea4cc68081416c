import { count } from '@/kit/format'
import { t } from '@/kit/i18n'

interface Cluster { n: number; overdue: number; warned: number }
interface Point { title: string; number: string; overdue: boolean; warned: boolean }

function button(className: string, label: string, press: () => void): HTMLButtonElement {
  const element = document.createElement('button')
  element.type = 'button'
  element.className = className
  element.setAttribute('aria-label', label)
  element.title = label
  element.addEventListener('click', (event) => { event.stopPropagation(); press() })
  return element
}

/** Many cases: a disc as large as they are many, with a red edge if some are overdue. */
export function bubble(c: Cluster, press: () => void): HTMLElement {
  const words = [t('{n} 件', { n: count(c.n) }), c.overdue ? t('超期 {n}', { n: count(c.overdue) }) : '', c.warned ? t('预警 {n}', { n: count(c.warned) }) : ''].filter(Boolean).join('　')
  const element = button(`case-bubble${c.overdue ? ' over' : c.warned ? ' warn' : ''}`, words, press)
  const size = Math.round(Math.min(64, 24 + 7 * Math.log10(c.n) * 2))
  element.style.width = element.style.height = `${size}px`
  element.textContent = c.n >= 10_000 ? t('{n}万', { n: (c.n / 10_000).toFixed(1) }) : String(c.n)
  return element
}

/** One case: a triangle if overdue, a dot otherwise; shape and colour say the same. */
export function pin(c: Point, press: () => void): HTMLElement {
  return button(`case-pin${c.overdue ? ' over' : c.warned ? ' warn' : ''}`, `${c.number} ${c.title}`, press)
}
