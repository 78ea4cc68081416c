/** A column of a DataTable. `text` gives plain words; richer cells use the slot named after the key. */
export interface Column<T> {
  key: string
  label: string
  right?: boolean
  width?: string
  /** Left out on narrow screens. */
  wideOnly?: boolean
  text?: (row: T) => string | number
}
