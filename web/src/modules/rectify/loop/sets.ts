import { t } from '@/kit/i18n'

/** The parts of the list that a figure opens, in words. */
export function setName(set: string): string {
  return {
    listed: t('全部问题'), awaiting: t('待下发'), issued: t('已下发'), street: t('街道牵头'), district: t('部门牵头'), passed: t('核查通过'), working: t('整改中'), overdue: t('超期'), suspended: t('挂账'),
    reworked: t('返工过'), closed: t('已答复'), published: t('已公示'), due: t('已办或到期'), ontime: t('按期办成'), late: t('超期办理'), settled: t('已办结或到期'), pending: t('未到期'), approved: t('认可'),
    disapproved: t('未认可'), unverified: t('未核查'), judged: t('已认定是否复发'), undecided: t('待认定复发'), recurring: t('再次出现'), asked: t('再问过'), solved: t('多数认为已解决'), mixed: t('看法不一'),
    unsolved: t('多数认为没解决'), few: t('再问不足10份'), measured: t('有复评结论'), better: t('变好'), unclear: t('不显著'), worse: t('变差'), unmeasured: t('答卷太少'), back: t('后来又出现'), maybe_back: t('可能又出现'),
  }[set] ?? set
}
