/** English for the Chinese sentences of the interface; a sentence missing here stays Chinese. */
const words: Record<string, string> = {}

export default words
