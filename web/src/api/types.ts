export type * from './sketch'
