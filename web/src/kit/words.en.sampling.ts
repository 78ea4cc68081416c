export const sampling: Record<string, string> = {
}
