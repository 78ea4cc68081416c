package clock

import "time"

// Nanjing is the zone of days and of times on paper; China has one and no daylight saving.
var Nanjing = time.FixedZone("Asia/Shanghai", 8*60*60)
