// Package export is the desk for files that leave the system only with approval: somebody asks and says what for, somebody
// else decides, who asked takes the file. Modules bring the kinds: tracks (patrol), cases (desk), lists with what residents
// said (rectify). They know what a file holds and make it; this package knows no content.
//
// Invariants:
//   - Nobody decides on an own request, nor on a file about oneself.
//   - A file is made when it is taken, from what the person who asked sees then, and kept nowhere.
//   - An approved request can be taken five times within seven days. Every download has a number that stands in the file and
//     is kept with the digest of the file, in the commit before the file is given.
//   - What was asked for does not change afterwards.
//
// Tables: export_request, export_taken. Events: asked, decided.
// Who may: the kind names the two permissions; they hold inside the caller's areas.
package export

// Events of this package; the payload is Moved.
const (
	TopicAsked   = "export.asked"
	TopicDecided = "export.decided"
)

// Moved tells that a file was asked for, or that somebody decided on it.
type Moved struct {
	ID          string `json:"id"`
	Kind        string `json:"kind"`
	Area        string `json:"area"`
	SubjectID   string `json:"subject_id"`
	SubjectName string `json:"subject_name"`
	Lines       int    `json:"lines"`
	Purpose     string `json:"purpose"`
	AskedBy     string `json:"asked_by"`
	AskedName   string `json:"asked_name"`
	State       State  `json:"state"`
}
