package db

import (
	"fmt"
	"time"
)

// FirstID returns what sorts before every id made at or after the time, for ranges over ids.
func FirstID(at time.Time) string {
	hex := fmt.Sprintf("%012x", max(at.UnixMilli(), 0)) // ids begin with the time
	return hex[:8] + "-" + hex[8:]
}

// TimeOfID returns when an id was made; false for what is no id.
func TimeOfID(id string) (time.Time, bool) {
	var head, rest int64
	if n, err := fmt.Sscanf(id, "%08x-%04x-", &head, &rest); err != nil || n != 2 || len(id) != 36 {
		return time.Time{}, false
	}
	return time.UnixMilli(head<<16 | rest).UTC(), true
}
