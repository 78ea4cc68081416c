/** undefined */
export const undefined: Record<string, string> = {
  '范围 {areas}': 'Areas {areas}',
}
