// @vitest-environment jsdom
import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { nextTick } from 'vue'
import DataTable from './DataTable.vue'

interface Row { id: string; name: string }
const rows: Row[] = [{ id: '1', name: '宁海路' }, { id: '2', name: '华侨路' }, { id: '3', name: '湖南路' }]
const columns = [{ key: 'name', label: '街道', text: (row: Row) => row.name }]
const press = async (key: string) => { (document.activeElement ?? document).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })); await nextTick() }

it('j and k move over the rows and Enter opens the one under the cursor', async () => {
  const table = mount(DataTable<Row>, { props: { columns, rows, rowKey: (row: Row) => row.id, label: '街道' }, attachTo: document.body })
  await press('j')
  await press('j')
  await press('k')
  await press('j')
  expect(document.activeElement?.textContent).toContain('华侨路')
  await press('Enter')
  expect(table.emitted('open')).toEqual([[rows[1]]])
  table.unmount()
})
it('stays at the ends', async () => {
  const table = mount(DataTable<Row>, { props: { columns, rows, rowKey: (row: Row) => row.id, label: '街道' }, attachTo: document.body })
  for (let i = 0; i < 9; i++) await press('j')
  expect(document.activeElement?.textContent).toContain('湖南路')
  table.unmount()
})
