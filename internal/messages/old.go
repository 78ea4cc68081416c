package messages

import "yiwang/internal/platform/db"

// OldMessages are messages that came to an end, with their attempts.
var OldMessages = db.Outlived{Table: "message", Where: "state IN ('sent', 'delivered', 'failed', 'suppressed')", Kin: "message_attempt.message_id"}
