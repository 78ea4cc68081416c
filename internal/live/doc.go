// Package live streams what the caller may see as it happens: server-sent events.
//
// Invariants:
//   - Nobody hears of what its principal may not see; each event says itself who may.
//   - An event is sent after its commit. It is a hint to look again, not a copy of record: a listener that cannot keep up,
//     or comes back after longer than the memory, is told to reload.
//   - Nothing is kept per event: the stream follows the outbox, so every node of a cluster streams what any node did.
//
// Tables: none (reads the outbox). Callers: app, which says what is carried (Carry).
package live
