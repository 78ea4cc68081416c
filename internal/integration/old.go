package integration

import "yiwang/internal/platform/db"

// OldDeliveries are deliveries that came to an end. They cannot be replayed any more when they are gone.
var OldDeliveries = db.Outlived{Table: "webhook_delivery", Where: "state IN ('delivered', 'failed')"}
