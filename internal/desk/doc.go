// Package desk is the work place of dispatchers: saved and shared views, bulk actions with preview, presence, drafts, reply templates, the map and exports with approval.
package desk

// Permissions of this module.
const (
	PermUse     = "desk.use"            // views, bulk actions, presence, drafts, templates
	PermShare   = "desk.share"          // share views and templates with others
	PermExport  = "desk.export"         // ask for an export of cases
	PermApprove = "desk.approve_export" // approve exports
)

// Permissions lists the permissions of this module.
func Permissions() []string {
	return []string{PermUse, PermShare, PermExport, PermApprove}
}
