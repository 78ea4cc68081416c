import { ref } from 'vue'

const query = matchMedia('(max-width: 760px)')

/** True on a phone; for drawings whose width is a number, where CSS cannot help. */
export const narrow = ref(query.matches)
query.addEventListener('change', (event) => (narrow.value = event.matches))
