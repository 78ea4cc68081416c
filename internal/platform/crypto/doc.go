// Package crypto keeps sensitive fields unreadable in the database, in backups and in logs.
//
// A Box seals a field with authenticated encryption and binds it to its place (table, column, id), so that a sealed
// text copied to another row does not open. A sealed text names its key: keys rotate by adding one, and a change of
// cipher (AES-256-GCM, or SM4-GCM with SM3) is a rotation too. A blind index makes equality searchable without
// opening anything.
//
// Keys live in one file outside the database, readable by the program's account alone. Without it sealed fields are
// lost: keep a copy apart from the backups.
//
// The SM ciphers come from an open-source implementation without a commercial-cryptography certificate.
package crypto
