// Package desk is the work place of those who receive, dispatch and close cases: saved and shared views, actions on many
// cases at once, who else is at a case, drafts, reply templates, and exports that somebody else approves.
//
// Invariants:
//   - Nothing here changes a case except through cases.Act, one case at a time, with the version the caller saw.
//   - A preview takes the very step and undoes it: what it says will happen is what the guards say now.
//   - A file of cases goes through the desk for exports (package export); every row of it is marked.
//   - Views, templates and drafts hold no personal data of those who reported; presence is forgotten after ten minutes.
//
// Tables: desk_view, desk_subscription, desk_presence, desk_draft, desk_template. No events.
package desk

// Permissions of this module.
const (
	PermUse     = "desk.use"            // views, bulk actions, presence, drafts, templates
	PermShare   = "desk.share"          // share views and templates with others
	PermExport  = "desk.export"         // ask for an export of cases
	PermApprove = "desk.approve_export" // approve exports of others
)

// Permissions lists the permissions of this module.
func Permissions() []string {
	return []string{PermUse, PermShare, PermExport, PermApprove}
}
