// Package whistle is the joint handling of what a street cannot solve alone: whistles of three kinds, the report of called departments, sessions, commitments, acceptance and mutual rating.
package whistle

// Permissions of this module.
const (
	PermRead      = "whistle.read"      // see whistles of one's street or unit
	PermBlow      = "whistle.blow"      // draft and blow a street's whistle
	PermLead      = "whistle.lead"      // approve a hard whistle as secretary or director
	PermAnswer    = "whistle.answer"    // sign, contact, report in for a called department
	PermArbitrate = "whistle.arbitrate" // decide about refused whistles
)

// Permissions lists the permissions of this module.
func Permissions() []string {
	return []string{PermRead, PermBlow, PermLead, PermAnswer, PermArbitrate}
}
