// Package track is what a sequence of positions means: it packs points into chunks of about seven bytes a point, merges
// what came late or twice, and finds stops, gaps and distance. It is pure: no clock, no database.
//
// Times are milliseconds since 1970 in UTC, positions WGS84 in millionths of a degree, lengths metres, speeds decimetres
// per second, headings degrees. A value that the phone did not send is the No… constant of its field, never zero.
package track
