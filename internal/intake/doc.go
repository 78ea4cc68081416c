// Package intake is how cases come in: suggestions of a category, duplicates nearby, the import of hotline tickets, reports of residents and how they follow them.
package intake

// Permissions of this module.
const (
	PermImport = "intake.import" // import hotline tickets
	PermDevice = "intake.device" // let a device or partner system raise alarms
)

// Permissions lists the permissions of this module.
func Permissions() []string {
	return []string{PermImport, PermDevice}
}
