import { ref } from 'vue'

/** What became of the link this screen was opened with; empty while all is well. */
export const linkProblem = ref('')

/** A link carries its token behind #, where no server and no log sees it; it becomes a cookie once and leaves the address. */
export async function openLink(): Promise<void> {
  const token = location.hash.slice(1)
  if (!token) return
  history.replaceState(null, '', location.pathname + location.search)
  try {
    const answer = await fetch('/api/v1/wall/opening', { method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID?.() ?? String(Math.random()).slice(2) + String(Date.now()) }, body: JSON.stringify({ token }) })
    if (!answer.ok) linkProblem.value = 'ended'
  } catch {
    linkProblem.value = 'offline'
  }
}
