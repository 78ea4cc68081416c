package export

import (
	"context"
	"encoding/json"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// Kind is a sort of file that needs approval. Its module owns the operation that asks for one.
type Kind struct {
	Name     string // "track": stands in operations, events and rows
	Tag      string // of the operations
	Base     string // address below which its requests are listed, decided on, withdrawn and taken
	Ask      string // permission to ask, withdraw and take
	Approve  string // permission to decide on what others asked for
	OfPerson bool   // the subject is a person, who does not decide
	Once     bool   // who asks waits for one file of a subject at a time
	// Make makes the file for the person who asked and is the caller, from what that person sees now; the note of the mark stands in it.
	Make func(ctx context.Context, r *Request, m Mark) (*File, error)
}

// Desk is where files of one kind are asked for, decided on and taken. It is safe for concurrent use.
type Desk struct {
	Kind
	db *db.DB
}

// New returns the desk of a kind.
func New(d *db.DB, k Kind) *Desk { return &Desk{k, d} }

// Wish is what a module asks for in the name of the caller, after it has judged that the caller may see it.
type Wish struct {
	Area                   string // whose approvers decide
	SubjectID, SubjectName string
	From, To               *clock.Time
	Content                any // kept as JSON; nil for nothing
	Lines                  int
	Format                 string
	Purpose                string
}

// CheckPurpose trims a purpose; Invalid (export.bad_text) if it is missing, too long or no text.
func CheckPurpose(purpose *string) error {
	return prose.Check("export.bad_text", prose.Needed("purpose", purpose, longestText))
}

// AskTx asks for a file; those who may decide are told by the event. Needs the kind's permission to ask. Conflict if ten of the caller's
// requests of the kind wait, or one for the same subject where the kind wants one at a time.
func (d *Desk) AskTx(ctx context.Context, tx *db.Tx, w Wish) (*Request, error) {
	if err := auth.Require(ctx, d.Ask); err != nil {
		return nil, err
	}
	if err := CheckPurpose(&w.Purpose); err != nil {
		return nil, err
	}
	if err := tx.Turn(ctx, "export_request"); err != nil { // numbers are counted up
		return nil, err
	}
	p := auth.From(ctx)
	if err := d.patience(ctx, tx, w.SubjectID); err != nil {
		return nil, err
	}
	number, err := db.Get[int64](ctx, tx, "SELECT COALESCE(MAX(number), 0) + 1 FROM export_request")
	if err != nil {
		return nil, err
	}
	content := json.RawMessage("{}")
	if w.Content != nil {
		if content, err = json.Marshal(w.Content); err != nil {
			return nil, err
		}
	}
	r := &Request{ID: db.NewID(tx), Number: number, Kind: d.Name, State: Waiting, Area: w.Area, SubjectID: w.SubjectID, SubjectName: w.SubjectName, From: w.From, To: w.To,
		Content: db.JSON[json.RawMessage]{V: content}, Lines: w.Lines, Format: w.Format, Purpose: mask.Text(w.Purpose), AskedBy: p.UserID, AskedName: p.Name, AskedAt: tx.Time(), Version: 1}
	if err := db.InsertMany(ctx, tx, "export_request", requestColumns, "", [][]any{{r.ID, r.Number, r.Kind, r.State, r.Area, r.SubjectID, r.SubjectName, r.From, r.To, r.Content, r.Lines,
		r.Format, r.Purpose, r.AskedBy, r.AskedName, r.AskedAt, "", "", nil, "", nil, 0, 1}}); err != nil {
		return nil, err
	}
	if err := r.announce(ctx, tx, TopicAsked); err != nil {
		return nil, err
	}
	r.show(ctx, d, tx.Now())
	return r, d.log(ctx, tx, "ask", r, map[string]any{"purpose": r.Purpose, "lines": r.Lines, "format": r.Format})
}

// patience refuses where too much of the caller waits already.
func (d *Desk) patience(ctx context.Context, tx *db.Tx, subject string) error {
	type standing struct {
		All  int `db:"waiting"`
		Same int `db:"same"`
	}
	n, err := db.Get[standing](ctx, tx, `SELECT COUNT(*) AS waiting, COALESCE(SUM(CASE WHEN subject_id = $4 THEN 1 ELSE 0 END), 0) AS same
		FROM export_request WHERE asked_by = $1 AND kind = $2 AND state = $3`, auth.From(ctx).UserID, d.Name, Waiting, subject)
	switch {
	case err != nil:
		return err
	case d.Once && n.Same > 0:
		return errs.Conflict("export.waits", "A file of this waits for approval already.")
	case n.All >= mostWaiting:
		return errs.Conflict("export.many", "Ten of your requests wait for a decision; wait for it or withdraw one.")
	}
	return nil
}

// concerns reports whether somebody asked for the file or is who it is about, and so does not decide.
func (d *Desk) concerns(r *Request, user string) bool {
	return r.AskedBy == user || d.OfPerson && r.SubjectID == user
}

// Decide approves or refuses a file; a refusal needs a reason. An approved file can be taken five times within seven days. Needs the kind's
// permission to approve in the area of the request; Forbidden for who asked and for who it is about, Conflict if it does not wait any more.
func (d *Desk) Decide(ctx context.Context, id string, version int64, approve bool, answer string) (r *Request, err error) {
	if err := auth.Require(ctx, d.Approve); err != nil {
		return nil, err
	}
	err = d.db.Tx(ctx, func(tx *db.Tx) error {
		if r, err = d.find(ctx, tx, id); err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, d.Approve, r.Area); err != nil {
			return err
		}
		p, now := auth.From(ctx), tx.Time()
		if d.concerns(r, p.UserID) {
			return errs.Forbidden("export.own", "Somebody else decides on your request and on files about you.")
		}
		if err := prose.Check("export.bad_text", prose.Piece{Name: "answer", Value: &answer, Limit: longestText, Required: !approve}); err != nil {
			return err
		}
		if r.State != Waiting || r.Version != version {
			return decided()
		}
		r.State, r.ExpiresAt = Refused, nil
		if approve {
			r.State, r.ExpiresAt = Approved, clock.Ptr(tx.Now().Add(life))
		}
		r.DecidedBy, r.DecidedName, r.DecidedAt, r.Answer = p.UserID, p.Name, &now, mask.Text(answer)
		n, err := tx.Exec(ctx, `UPDATE export_request SET state = $1, decided_by = $2, decided_name = $3, decided_at = $4, answer = $5, expires_at = $6, version = version + 1
			WHERE id = $7 AND version = $8 AND state = $9`, r.State, r.DecidedBy, r.DecidedName, r.DecidedAt, r.Answer, r.ExpiresAt, id, version, Waiting)
		if err != nil {
			return err
		}
		if n == 0 { // somebody else decided at the same moment
			return decided()
		}
		r.Version++
		r.show(ctx, d, tx.Now())
		if err := r.announce(ctx, tx, TopicDecided); err != nil {
			return err
		}
		return d.log(ctx, tx, "decide", r, map[string]any{"approved": approve, "asked_by": r.AskedBy})
	})
	return r, err
}

// Withdraw takes an own request back, also an approved one. NotFound if it is another's, Conflict if it is over. Needs the kind's permission to ask.
func (d *Desk) Withdraw(ctx context.Context, id string) (r *Request, err error) {
	if err := auth.Require(ctx, d.Ask); err != nil {
		return nil, err
	}
	err = d.db.Tx(ctx, func(tx *db.Tx) error {
		if r, err = d.find(ctx, tx, id); err != nil {
			return err
		}
		if r.AskedBy != auth.From(ctx).UserID {
			return none()
		}
		n, err := tx.Exec(ctx, "UPDATE export_request SET state = $1, version = version + 1 WHERE id = $2 AND state IN ($3, $4)", Withdrawn, id, Waiting, Approved)
		if err != nil {
			return err
		}
		if n == 0 {
			return decided()
		}
		r.State = Withdrawn
		r.Version++
		r.show(ctx, d, tx.Now())
		return d.log(ctx, tx, "withdraw", r, nil)
	})
	return r, err
}

func (d *Desk) log(ctx context.Context, tx *db.Tx, verb string, r *Request, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	detail["kind"], detail["number"] = d.Name, r.Number
	if r.SubjectID != "" {
		detail["subject"] = r.SubjectID
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "export." + verb, Object: "export", ObjectID: r.ID, Area: r.Area, Detail: detail})
}
