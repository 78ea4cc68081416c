package outbox

import "yiwang/internal/platform/db"

// Old are the messages that every reaction has had: nothing but the last minutes of them is read again. Those that wait or failed stay.
var Old = db.Outlived{Table: "outbox", Where: "state = 'done'", Kin: "outbox_done.message_id"}
