package identity

import "yiwang/internal/platform/db"

// What this module works with and nobody decides by.
var (
	// OldNotices are notices, read or not, with who read them.
	OldNotices = db.Outlived{Table: "identity_notice", Kin: "identity_notice_read.notice_id"}
	// OldSignIns are lines of the log of sign-ins; the law asks for six months of it.
	OldSignIns = db.Outlived{Table: "identity_sign_in"}
)
