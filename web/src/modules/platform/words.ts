import { t } from '@/kit/i18n'
import { actionName as itemAction } from '@/modules/rectify/words'
import { actionName as waveAction } from '@/modules/survey/words'

const verbs = (): Record<string, string> => ({
  'identity.sign_in': t('登录'), 'identity.sign_out': t('退出'), 'identity.post_active': t('批准岗位'), 'identity.post_requested': t('申请岗位'), 'identity.post_rejected': t('不批准岗位'), 'identity.post_ended': t('结束岗位'),
  'identity.role_add': t('新建角色'), 'identity.role_change': t('修改角色'), 'identity.policy_change': t('修改安全策略'), 'region.alias': t('修改别名'),
  'rectify.load': t('读入意见'), 'rectify.skip': t('跳过意见'), 'rectify.undo': t('撤回归类'), 'survey.create': t('新建考评'), 'survey.plan_set': t('写入方案'), 'survey.upload': t('上传答卷文件'), 'survey.import': t('导入答卷'),
  'survey.questionnaire_loaded': t('读入问卷'), 'survey.contact_revealed': t('查看联系方式'), 'appraisal.special': t('填写专项得分'), 'appraisal.system_loaded': t('读入指标体系'), 'audit.read': t('查看审计日志'),
  'region.load': t('读入区划'), 'region.import': t('导入区域'), 'region.geometry': t('导入图形'), 'region.split': t('拆分网格'), 'region.merge': t('合并网格'), 'region.change': t('修改区域'),
})

/** An entry of the audit log in words; a verb without a wording keeps its code, which is better than nothing. */
export function auditWords(entry: { action: string; object: string }): string {
  const known = verbs()[entry.action]
  if (known) return known
  const [module = '', verb = ''] = entry.action.split('.')
  if (module === 'rectify') return entry.object === 'comment' && verb === 'confirm' ? t('意见归类') : itemAction(verb)
  if (module === 'survey' || module === 'appraisal') return waveAction(verb)
  return entry.action
}

const objects = (): Record<string, string> => ({
  user: t('用户'), post: t('岗位'), role: t('角色'), policy: t('安全策略'), unit: t('单位'), token: t('接口令牌'), comment: t('意见'), rectification: t('整改事项'), wave: t('考评'), questionnaire: t('问卷'), indicator_system: t('指标体系'), area: t('区域'), audit: t('审计日志'), import: t('导入'),
})
export const objectWords = (object: string): string => objects()[object] ?? object
