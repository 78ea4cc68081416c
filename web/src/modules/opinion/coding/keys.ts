/** The keys of the fields, in the order in which they are shown: nine digits, then letters of the row below. */
export const fieldKeys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', 'q', 'w', 'e', 'r'] as const
/** The keys of the leaves of a field while one of them is being chosen; a field has up to sixteen. */
export const leafKeys = [...fieldKeys, 't', 'y'] as const
