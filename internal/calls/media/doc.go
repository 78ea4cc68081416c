// Package media carries the pictures and voices of calls: a forwarding unit to which every party connects once, and a relay for
// networks that let nothing else through. It knows rooms, seats and packets; who may call whom is decided above it.
//
// Invariants:
//   - One UDP port and one TCP port carry everything: connectivity checks, media, relay. First bytes tell which is which.
//   - A party negotiates once. Who comes, goes or holds changes what the server sends, never what was negotiated: each
//     connection has a fixed number of places for others, filled by seat.
//   - The relay reaches this server's own media port and nothing else; its credentials expire.
//   - Nothing is written to a file but by Record, per person.
//
// Codecs: VP8 and Opus, which every browser has; files are WebM, written as they come.
package media
