// Package blob keeps files that people send: photos, documents, tables.
//
// A file is named by the SHA-256 of its stored bytes, so equal files are stored once and damage can be proved. Stores
// are private: nothing is served but through a module that has judged the caller. Two stores exist, a directory and an
// S3-compatible service, chosen by the URL given to OpenStore.
//
// Everything from outside enters through Ingest: the size is limited while it streams, the type is told by content and
// must be allowed, pictures are measured before anyone decodes them, archives before anyone unpacks them. Pictures lose
// their metadata and anything behind their end without being compressed again; time and place of the shot come back to
// the caller as Capture, which is restricted data.
package blob
