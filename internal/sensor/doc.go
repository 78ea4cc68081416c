// Package sensor takes what devices report: water, gas, air, manholes. Rules turn it into alarms, and where a rule says so into cases.
//
// Invariants:
//   - A reading of a sensor, metric and instant is kept once, whoever sends it how often; an event of a platform with an id is
//     taken once.
//   - What was answered 200 is durable.
//   - A rule goes only forwards in the time of the readings: what comes late is kept and shown, and trips nothing.
//   - How far a rule has come is stored with the reading that took it there, so a restart changes nothing.
//   - A sensor lies in the smallest area at its place; whoever sends for a source reaches the sensors of that source only.
//   - The values of an hour go after 90 days, its count, low, high and mean after two years.
//
// Tables: sensor_source, sensor, sensor_state, sensor_hour, sensor_event, sensor_rule, sensor_watch.
// Events: sensor.tripped and sensor.calmed; the payload is Trip.
// Who may: see permissions below, always within the caller's areas; platforms by the token of their source.
package sensor

// Permissions of this module.
const (
	PermRead   = "sensor.read"   // see sensors and readings of one's areas
	PermManage = "sensor.manage" // register sensors and write rules
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermRead, PermManage} }

// Events of this module; the payload is Trip.
const (
	TopicTripped = "sensor.tripped"
	TopicCalmed  = "sensor.calmed"
)
