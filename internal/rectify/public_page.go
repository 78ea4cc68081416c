package rectify

import (
	"slices"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/picture"
	"yiwang/internal/platform/prose"
)

// What happens to a page, as the history names it.
const (
	ActRetract  Action = "retract"
	ActSubmit   Action = "submit"
	ActTakeBack Action = "take_back"
	ActDoubt    Action = "doubt" // most residents say that it is not solved
)

// PageState is where an edition of a public page stands.
type PageState string

// The states of an edition. At most one of an item is not withdrawn.
const (
	PageDraft     PageState = "draft"
	PageSubmitted PageState = "submitted" // complete; waits for another person
	PagePublished PageState = "published"
	PageWithdrawn PageState = "withdrawn"
)

// PageTexts is what the public reads of an item. Every text is masked when it is kept.
type PageTexts struct {
	Title   string `db:"title" json:"title" maxLength:"240"`
	Said    string `db:"said" json:"said" maxLength:"2400" doc:"What residents said, one voice a line, in safe words"`
	Place   string `db:"place" json:"place" maxLength:"320"`
	Measure string `db:"measure" json:"measure" maxLength:"4000"`
	Outcome string `db:"outcome" json:"outcome" maxLength:"4000"`
	Reply   string `db:"reply" json:"reply" maxLength:"4000"`
}

// Limits of the texts of a page, in characters.
const (
	maxSaid   = 600
	maxQuotes = 3
	maxQuote  = 120
)

// check trims and masks the texts. Invalid for what is missing or too long.
func (t *PageTexts) check() error {
	err := checkTexts(prose.Needed("title", &t.Title, maxTitle), prose.Optional("said", &t.Said, maxSaid), prose.Optional("place", &t.Place, maxPlace),
		prose.Optional("measure", &t.Measure, maxNote), prose.Needed("outcome", &t.Outcome, maxNote), prose.Optional("reply", &t.Reply, maxNote))
	t.mask()
	return err
}

func (t *PageTexts) mask() {
	for _, p := range []*string{&t.Title, &t.Said, &t.Place, &t.Measure, &t.Outcome, &t.Reply} {
		*p = mask.Public(*p)
	}
}

// Page is one edition of what the public reads of an item.
type Page struct {
	ID      string    `db:"id" json:"id,omitempty" doc:"Absent while nothing was kept"`
	ItemID  string    `db:"item_id" json:"item_id"`
	Edition int       `db:"edition" json:"edition"`
	State   PageState `db:"state" json:"state" enum:"draft,submitted,published,withdrawn"`
	PageTexts
	Writers       db.JSON[[]string] `db:"writers" json:"-"`
	WriterName    string            `db:"writer_name" json:"writer_name,omitempty"`
	WrittenAt     *clock.Time       `db:"written_at" json:"written_at,omitempty"`
	SubmittedAt   *clock.Time       `db:"submitted_at" json:"submitted_at,omitempty"`
	PublishedBy   string            `db:"published_by" json:"-"`
	PublisherName string            `db:"publisher_name" json:"publisher_name,omitempty"`
	PublishedAt   *clock.Time       `db:"published_at" json:"published_at,omitempty"`
	WithdrawnBy   string            `db:"withdrawn_by" json:"withdrawn_by,omitempty" doc:"Name"`
	WithdrawnAt   *clock.Time       `db:"withdrawn_at" json:"withdrawn_at,omitempty"`
	Note          string            `db:"note" json:"note,omitempty" doc:"Why it was sent back or withdrawn"`
	DoubtedAt     *clock.Time       `db:"doubted_at" json:"doubted_at,omitempty" doc:"When most residents said that it is not solved"`
	Version       int64             `db:"version" json:"version" doc:"0 while nothing was kept"`
}

const pageColumns = `id, item_id, edition, state, title, said, place, measure, outcome, reply, writers, writer_name, written_at, submitted_at,
	published_by, publisher_name, published_at, withdrawn_by, withdrawn_at, note, doubted_at, version`

// wrote reports whether the person changed this edition.
func (p *Page) wrote(user string) bool { return user != "" && slices.Contains(p.Writers.V, user) }

// Shot is a piece of evidence and what was decided about showing it.
type Shot struct {
	EvidenceID  string                  `db:"evidence_id" json:"evidence_id"`
	Phase       string                  `db:"phase" json:"phase" enum:"before,after"`
	TakenAt     clock.Time              `db:"taken_at" json:"taken_at"`
	Decided     bool                    `db:"-" json:"decided" doc:"Somebody looked at it and said whether and how it is shown"`
	ID          string                  `db:"id" json:"id,omitempty" doc:"Of the public picture"`
	Original    string                  `db:"-" json:"-"` // digest of the evidence
	PageID      string                  `db:"page_id" json:"-"`
	ItemID      string                  `db:"item_id" json:"-"`
	Shown       bool                    `db:"shown" json:"shown"`
	Areas       db.JSON[[]picture.Area] `db:"areas" json:"areas" doc:"Areas made unrecognisable"`
	Caption     string                  `db:"caption" json:"caption,omitempty"`
	Ref         string                  `db:"ref" json:"-"`
	SHA256      string                  `db:"sha256" json:"-"`
	MediaType   string                  `db:"media_type" json:"-"`
	Size        int64                   `db:"size" json:"size,omitempty"`
	DecidedName string                  `db:"decided_name" json:"decided_by,omitempty"`
	DecidedAt   *clock.Time             `db:"decided_at" json:"decided_at,omitempty"`
}

const shotColumns = "id, page_id, item_id, evidence_id, phase, shown, areas, caption, ref, sha256, media_type, size, taken_at, decided_name, decided_at"

// Edition is an earlier page of an item, without its texts.
type Edition struct {
	Edition       int         `db:"edition" json:"edition"`
	WriterName    string      `db:"writer_name" json:"writer_name"`
	PublisherName string      `db:"publisher_name" json:"publisher_name"`
	PublishedAt   *clock.Time `db:"published_at" json:"published_at"`
	WithdrawnBy   string      `db:"withdrawn_by" json:"withdrawn_by"`
	WithdrawnAt   *clock.Time `db:"withdrawn_at" json:"withdrawn_at"`
	Note          string      `db:"note" json:"note"`
}

// PageView is everything the desk of publication shows of an item.
type PageView struct {
	Page
	Item     Item      `json:"item"`
	Shots    []Shot    `json:"shots"`
	Proposed PageTexts `json:"proposed" doc:"What masking alone makes of the item"`
	Quotes   []string  `json:"quotes" doc:"What residents said, masked; in part or in other words it may be said on the page"`
	Earlier  []Edition `json:"earlier"`
	Told     ToldCount `json:"told"`
	Verdicts Verdicts  `json:"verdicts"`
	May      []string  `json:"may" doc:"write, submit, take_back, publish, retract"`
	Same     bool      `json:"same_person" doc:"The caller may publish in general, but wrote this page"`
}
