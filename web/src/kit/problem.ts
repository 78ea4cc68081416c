import { t } from './i18n'

/** One field the server refused, as RFC 9457 problems carry it. */
export interface ProblemField {
  location?: string
  message?: string
  value?: unknown
}

interface ProblemBody {
  status: number
  code?: string
  title?: string
  detail?: string
  errors?: ProblemField[] | null
  current?: unknown
  request_id?: string
}

/** An answer that is not a success: stable code, words for people, refused fields. Status 0 means no answer. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly fields: ProblemField[]
  /** 409: what it is now. */
  readonly current: unknown
  /** Quoted when asking for help. */
  readonly requestId: string

  constructor(body: ProblemBody) {
    super(wordsOf(body))
    this.name = 'Problem'
    this.status = body.status
    this.code = body.code ?? `http.${body.status}`
    this.fields = body.errors ?? []
    this.current = body.current
    this.requestId = body.request_id ?? ''
  }

  /** What the person can do about it. */
  get remedy(): string {
    if (this.status === 0) return t('检查网络后重试；已填的内容还在。')
    if (this.status === 401) return t('请重新登录。')
    if (this.status === 403) return t('需要这项权限时，请联系本单位的系统管理员。')
    if (this.status === 404) return t('可能已被删除，或不在您的管辖范围内。')
    if (this.status === 409) return t('别人刚刚改过，请刷新后再做。')
    if (this.status === 422) return t('请按提示修改后再提交。')
    if (this.status === 429) return t('操作太快了，请稍等一会儿。')
    return t('请稍后重试；仍不行，把下面的代码告诉管理员。')
  }
}

/** Reads the problem of a failed response; a body that is none gives the status alone. */
export async function problemOf(response: Response): Promise<Problem> {
  const body = await response.json().catch(() => ({}))
  return new Problem({ ...body, status: response.status })
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem({ status: -1, code: 'kit.unexpected', detail: t('页面出错了。') })
}

const hasChinese = (text?: string) => !!text && /\p{Script=Han}/u.test(text)

function wordsOf(body: ProblemBody): string {
  if (body.status === 0) return t('连不上服务器。')
  for (const text of [body.detail, body.title]) if (text && hasChinese(text)) return text
  const known: Record<number, string> = {
    400: t('请求的内容不完整。'),
    401: t('登录已失效。'),
    403: t('您没有这项权限。'),
    404: t('没有找到。'),
    409: t('内容已经变了。'),
    413: t('文件太大。'),
    415: t('不支持这种文件。'),
    422: t('有内容不合要求。'),
    429: t('请求太频繁。'),
    503: t('服务暂时不可用。'),
  }
  return known[body.status] ?? t('服务器出错了。')
}
