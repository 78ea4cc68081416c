import { ElMessage } from 'element-plus'
import 'element-plus/theme-chalk/el-icon.css'
import 'element-plus/theme-chalk/el-message.css'
import { asProblem } from '@/kit/problem'

/** A short word after something was done. */
export const done = (words: string) => void ElMessage({ type: 'success', message: words, grouping: true, offset: 56 })

/** What went wrong, with its code. */
export function failed(error: unknown): void {
  const problem = asProblem(error)
  ElMessage({ type: 'error', message: `${problem.message}${problem.remedy}（${problem.code}）`, duration: 6000, showClose: true, offset: 56 })
}
