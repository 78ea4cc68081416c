// Package live streams what the caller may see as it happens: server-sent events.
package live
