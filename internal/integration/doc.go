// Package integration speaks with other systems: Open311 GeoReport v2 and signed webhooks.
//
// Invariants:
//   - What goes out without a key is what cases lets everybody see: no words of residents, no sensitive case, nothing
//     that has not been accepted.
//   - A partner acts as itself, inside its area; keys are kept as digests and shown once.
//   - The same request of a partner, by its own number, is one case.
//   - An event reaches a webhook at least once, signed, with the same id at every try; one failing address holds up no
//     other, and is halted after many failures in a row.
//   - A webhook never reaches a private address unless the settings name its network.
//
// Tables: partner, partner_request, webhook, webhook_delivery. Callers: app (routes, reactions, loops).
package integration

// Permissions of this module.
const (
	PermManage = "integration.manage" // partner systems, keys and webhooks
	PermRelay  = "integration.relay"  // register reports as a partner system by Open311
)

// Permissions lists the permissions of this module.
func Permissions() []string {
	return []string{PermManage, PermRelay}
}
