/** English of what only the pages of camera say. */
export const camera: Record<string, string> = {
  '半球': 'Dome',
  '云台': 'Pan and tilt',
  '枪机': 'Bullet',
  '画面': 'Picture',
  '实时画面': 'Live',
  '抓图': 'Snapshots',
  '未接入': 'None',
  '摄像机': 'Cameras',
  '没有符合的摄像机。': 'No camera matches.',
  '这台摄像机还没有接入画面。': 'This camera has no picture yet.',
  '查看事由': 'Why you look',
  '事由、时间和您的姓名会留存，供检查。每次最长十分钟。': 'Reason, time and your name are kept for inspection. Ten minutes at most.',
  '查看画面': 'Look',
  '{name}的抓图': 'Snapshot of {name}',
  '再抓一张': 'Another picture',
  '结束查看': 'End',
}
