// Package backup copies an installation into one file while it serves, and puts it back.
//
// The file is a tar archive compressed with zstd: a header that says what it is, the database as SQLite itself copies it
// in one read transaction (writers go on), every attachment, the keys if asked for, and at the end a manifest with the
// SHA-256 of each part. A file without its manifest was cut off and is refused. Everything that was acknowledged before
// Create began is in the copy. Attachments are copied after the database, so every row finds its file.
//
// Keys are left out unless asked for: without them sealed fields stay sealed even for whoever finds the backup. Keep a
// copy of the key file elsewhere; Restore compares its fingerprint.
//
// PostgreSQL has better tools of its own, so Create refuses it and says which: pg_dump for the database (or continuous
// archiving), and a copy of the attachment directory or the bucket made after the dump.
package backup
