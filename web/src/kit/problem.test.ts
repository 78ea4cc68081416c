import { expect, it } from 'vitest'
import { asProblem, Problem, problemOf } from './problem'

const answer = (status: number, body: unknown) => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })

it('keeps the code and the Chinese sentence of the server', async () => {
  const problem = await problemOf(answer(409, { code: 'rectify.bad_transition', detail: '这个事项现在不能这样做。', current: { version: 7 } }))
  expect(problem.message).toBe('这个事项现在不能这样做。')
  expect(problem.code).toBe('rectify.bad_transition')
  expect(problem.current).toEqual({ version: 7 })
  expect(problem.remedy).toContain('刷新')
})
it('never shows English internals of a broken answer', async () => {
  const problem = await problemOf(answer(502, '<html>Bad Gateway</html>'))
  expect(problem.message).toBe('服务器出错了。')
  expect(problem.code).toBe('http.502')
})
it('an unknown error becomes a problem without its text', () => {
  expect(asProblem(new TypeError('x is undefined')).message).toBe('页面出错了。')
  expect(asProblem(new Problem({ status: 0 })).message).toBe('连不上服务器。')
})
