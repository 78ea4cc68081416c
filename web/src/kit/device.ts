import { newId } from './newId'

const key = 'yiwang.device'

/** A random mark of this browser, so that limits hold per device and not per building. */
export function deviceMark(): string {
  const mark = localStorage.getItem(key) ?? newId()
  localStorage.setItem(key, mark)
  return mark
}
