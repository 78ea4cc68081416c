package fieldwork

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"yiwang/internal/form"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
)

// States of a sheet.
const (
	KeyedOnce = "once"
	Differs   = "differs"
	Recorded  = "recorded"
	Discarded = "discarded"
)

// Keyed is a paper questionnaire as one person keyed it.
type Keyed struct {
	Number   string       `json:"number" minLength:"1" maxLength:"30" pattern:"^[0-9A-Za-z-]+$" doc:"printed or stamped on the sheet"`
	Token    string       `json:"token" maxLength:"200"`
	Group    survey.Group `json:"group" enum:"elder,adult,unit"`
	Street   string       `json:"street,omitempty" maxLength:"9" doc:"without a code"`
	Code     string       `json:"code,omitempty" maxLength:"100" doc:"of the letter, where it stands on the sheet"`
	Adults   int          `json:"adults,omitempty" minimum:"0" maximum:"20"`
	Seconds  int          `json:"seconds,omitempty" minimum:"0" maximum:"86400" doc:"time of keying"`
	Language string       `json:"language,omitempty" enum:"zh,en"`
	Answers  form.Answers `json:"answers"`
}

// Sheet is a paper questionnaire on its way into the store. What was keyed is sealed, and emptied once the answer is recorded.
type Sheet struct {
	ID          string       `db:"id" json:"id"`
	WaveID      string       `db:"wave_id" json:"wave_id"`
	Number      string       `db:"number" json:"number"`
	Street      string       `db:"street" json:"street"`
	Group       survey.Group `db:"grp" json:"group"`
	State       string       `db:"state" json:"state" enum:"once,differs,recorded,discarded"`
	FirstBy     string       `db:"first_by" json:"-"`
	FirstAt     clock.Time   `db:"first_at" json:"first_at"`
	FirstData   string       `db:"first_data" json:"-"`
	SecondBy    string       `db:"second_by" json:"-"`
	SecondAt    *clock.Time  `db:"second_at" json:"second_at,omitempty"`
	SecondData  string       `db:"second_data" json:"-"`
	Compared    int          `db:"compared" json:"compared" doc:"answers compared"`
	Differences int          `db:"differences" json:"differences"`
	SettledBy   string       `db:"settled_by" json:"-"`
	SettledAt   *clock.Time  `db:"settled_at" json:"settled_at,omitempty"`
	Version     int          `db:"version" json:"version"`
	Mine        bool         `db:"-" json:"mine" doc:"the caller keyed it first; somebody else keys it the second time"`
}

const sheetColumns = `id, wave_id, number, street, grp, state, first_by, first_at, first_data, second_by, second_at, second_data, compared, differences,
	settled_by, settled_at, version`

// Difference is one answer that two people keyed differently.
type Difference struct {
	Question string `json:"question"`
	First    any    `json:"first"`
	Second   any    `json:"second"`
}

// Key stores what one person keyed of a sheet. The second person's keying is compared with the first: without a difference the answer is
// recorded at once, else the sheet waits for Settle. Needs PermCollect in the sheet's street; Conflict when the same person keys twice or the
// sheet is recorded; Invalid names the answers that cannot stand.
func (s *Service) Key(ctx context.Context, in Keyed) (*KeyResult, error) {
	if err := auth.Require(ctx, PermCollect); err != nil {
		return nil, err
	}
	p, err := s.readToken(in.Token)
	if err != nil {
		return nil, err
	}
	if p.group != in.Group || p.channel != survey.Targeted {
		return nil, badToken()
	}
	var first *Keyed
	var sheet *Sheet
	var differ []Difference
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		first, differ = nil, nil
		c, err := s.collecting(ctx, tx, p.wave)
		if err != nil {
			return err
		}
		if in.Answers, err = s.cleanPaper(ctx, tx, c, &in); err != nil {
			return err
		}
		sheet, err = findSheet(ctx, tx, p.wave, in.Number)
		if errs.KindOf(err) == errs.KindNotFound {
			sheet, err = s.keyFirst(ctx, tx, p.wave, &in)
			return err
		} else if err != nil {
			return err
		}
		first, differ, err = s.keySecond(ctx, tx, c, sheet, &in)
		return err
	})
	if err != nil || first == nil {
		return &KeyResult{Sheet: sheet.seenBy(ctx)}, err
	}
	if len(differ) > 0 {
		for i := range differ {
			differ[i].First, differ[i].Second = nil, nil
		}
		return &KeyResult{Sheet: sheet.seenBy(ctx), Differ: differ}, nil
	}
	return s.recordSheet(ctx, sheet, &in)
}

// KeyResult says what became of a keyed sheet.
type KeyResult struct {
	Sheet   *Sheet       `json:"sheet"`
	Receipt string       `json:"receipt,omitempty" doc:"once recorded"`
	Differ  []Difference `json:"differ,omitempty" doc:"the questions; the values are shown to who settles them"`
}

func (sh *Sheet) seenBy(ctx context.Context) *Sheet {
	if sh != nil {
		sh.Mine = sh.FirstBy == auth.From(ctx).UserID
	}
	return sh
}

// cleanPaper checks the answers and the place of a sheet. A paper may have gaps: what is missing was left out by the respondent.
func (s *Service) cleanPaper(ctx context.Context, tx *db.Tx, c *survey.Collecting, in *Keyed) (form.Answers, error) {
	questions := c.Forms[in.Group]
	if questions == nil {
		return nil, badToken()
	}
	o := s.options(c.Wave, in.Group, survey.Targeted)
	o.Draft = true
	clean, bad := form.Check(questions, in.Answers, o)
	for i := range bad {
		bad[i].Location = "body." + bad[i].Location
	}
	if len(bad) > 0 {
		return nil, errs.Invalid("fieldwork.answers_invalid", "Some answers cannot stand; look at the questions named.", bad...)
	}
	if in.Code != "" {
		inv, err := s.redeem(ctx, tx, in.Code)
		if err != nil {
			return nil, err
		}
		if inv.WaveID != c.Wave.ID || inv.Group != in.Group {
			return nil, errs.Invalid("fieldwork.code_of_another", "This code belongs to another questionnaire.", errs.Field{Location: "body.code", Message: "another wave or group"})
		}
		in.Street = inv.Street
	}
	if !slices.Contains(openStreets(c.Wave, in.Group), in.Street) {
		return nil, errs.Invalid("fieldwork.answers_invalid", "Some answers cannot stand; look at the questions named.", errs.Field{Location: "body.street", Message: "choose a street of the list"})
	}
	return clean, auth.RequireArea(ctx, PermCollect, in.Street)
}

func findSheet(ctx context.Context, tx *db.Tx, waveID, number string) (*Sheet, error) {
	sh, err := db.Get[Sheet](ctx, tx, "SELECT "+sheetColumns+" FROM fieldwork_sheet WHERE wave_id = $1 AND number = $2", waveID, number)
	if errors.Is(err, db.ErrNoRows) {
		return nil, sheetNotFound()
	}
	return &sh, err
}

func sheetNotFound() error {
	return errs.NotFound("fieldwork.sheet_not_found", "There is no sheet with this number.")
}

func (s *Service) sealSheet(id string, in *Keyed) (string, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return "", err
	}
	return s.box.Seal(b, "fieldwork_sheet/"+id), nil
}

func (s *Service) openSheet(sh *Sheet, sealed string) (*Keyed, error) {
	b, err := s.box.Open(sealed, "fieldwork_sheet/"+sh.ID)
	if err != nil {
		return nil, err
	}
	var in Keyed
	return &in, json.Unmarshal(b, &in)
}

func (s *Service) keyFirst(ctx context.Context, tx *db.Tx, waveID string, in *Keyed) (*Sheet, error) {
	sh := &Sheet{ID: randomID(), WaveID: waveID, Number: in.Number, Street: in.Street, Group: in.Group, State: KeyedOnce, FirstBy: auth.From(ctx).UserID, FirstAt: tx.Time(), Version: 1}
	sealed, err := s.sealSheet(sh.ID, in)
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO fieldwork_sheet (`+sheetColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', NULL, '', 0, 0, '', NULL, 1)`,
		sh.ID, sh.WaveID, sh.Number, sh.Street, sh.Group, sh.State, sh.FirstBy, sh.FirstAt, sealed)
	if db.IsUnique(err) {
		return nil, errs.Conflict("fieldwork.sheet_changed", "Somebody keyed this sheet in the meantime; key it once more.")
	}
	return sh, err
}

// keySecond compares and returns the first keying.
func (s *Service) keySecond(ctx context.Context, tx *db.Tx, c *survey.Collecting, sh *Sheet, in *Keyed) (*Keyed, []Difference, error) {
	me := auth.From(ctx).UserID
	switch {
	case sh.State != KeyedOnce:
		return nil, nil, errs.Conflict("fieldwork.sheet_done", "This sheet was keyed twice already.").With(sh.State)
	case sh.FirstBy == me:
		return nil, nil, errs.Conflict("fieldwork.same_person", "You keyed this sheet the first time; somebody else keys it the second time.")
	}
	first, err := s.openSheet(sh, sh.FirstData)
	if err != nil {
		return nil, nil, err
	}
	if first.Group != in.Group || first.Street != in.Street {
		return nil, nil, errs.Invalid("fieldwork.sheet_elsewhere", "The first keying names another group or street; look at the number of the sheet.", errs.Field{Location: "body.number", Message: "keyed for another group or street"})
	}
	differ, compared := compare(c.Forms[in.Group], first, in)
	sealed, err := s.sealSheet(sh.ID, in)
	if err != nil {
		return nil, nil, err
	}
	sh.State, sh.SecondBy, sh.SecondAt, sh.Compared, sh.Differences = Differs, me, clock.Ptr(tx.Now()), compared, len(differ)
	n, err := tx.Exec(ctx, `UPDATE fieldwork_sheet SET state = $1, second_by = $2, second_at = $3, second_data = $4, compared = $5, differences = $6, version = version + 1
		WHERE id = $7 AND version = $8`, sh.State, sh.SecondBy, sh.SecondAt, sealed, sh.Compared, sh.Differences, sh.ID, sh.Version)
	if err == nil && n == 0 {
		err = errs.Conflict("fieldwork.sheet_changed", "Somebody keyed this sheet in the meantime; key it once more.")
	}
	sh.Version++
	return first, differ, err
}

// compare lists the answers that differ, in form order, and counts those compared. Free text counts as equal when only spaces differ.
func compare(f *survey.Form, a, b *Keyed) (differ []Difference, compared int) {
	for i := range f.Questions {
		code := f.Questions[i].Code
		x, y := plain(a.Answers[code]), plain(b.Answers[code])
		if x == nil && y == nil {
			continue
		}
		compared++
		if !reflect.DeepEqual(x, y) {
			differ = append(differ, Difference{code, x, y})
		}
	}
	if a.Adults != b.Adults {
		differ = append(differ, Difference{"adults", a.Adults, b.Adults})
	}
	if normal(a.Code) != normal(b.Code) {
		differ = append(differ, Difference{"code", a.Code, b.Code})
	}
	return differ, compared
}

// plain brings a value to the form it has in JSON, so that 2 and 2.0 are one.
func plain(v any) any {
	if text, ok := v.(string); ok {
		return strings.Join(strings.Fields(text), " ")
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	var out any
	if json.Unmarshal(b, &out) != nil {
		return fmt.Sprint(v)
	}
	return out
}

func normal(code string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))
}

// recordSheet stores the settled answers and empties the sheet, in one transaction.
func (s *Service) recordSheet(ctx context.Context, sh *Sheet, in *Keyed) (*KeyResult, error) {
	e := entry{Submission: Submission{SubmissionID: "sheet|" + sh.WaveID + "|" + sh.Number, Group: in.Group, Street: in.Street, Code: in.Code, Adults: in.Adults,
		Language: in.Language, Answers: in.Answers}, wave: sh.WaveID, channel: survey.Targeted, mode: survey.ModePaper, interviewer: auth.From(ctx).UserID, gaps: true}
	e.FinishedAt = clock.At(s.db.Clock().Now())
	e.StartedAt = e.FinishedAt
	if in.Code == "" {
		e.find = func(context.Context, *db.Tx) (*sampling.Invitation, error) { return nil, nil } //nolint:nilnil // a sheet without code belongs to no invitation
	}
	e.after = func(ctx context.Context, tx *db.Tx, e *entry) error {
		day := clock.At(dayOf(tx.Now())) // the minute would stand beside the place of the answer among the others
		n, err := tx.Exec(ctx, `UPDATE fieldwork_sheet SET state = $1, first_data = '', second_data = '', first_at = $2, second_at = $3, settled_by = $4, settled_at = $3, version = version + 1
			WHERE id = $5 AND state = $6`, Recorded, clock.At(dayOf(sh.FirstAt.Time)), day, auth.From(ctx).UserID, sh.ID, Differs)
		if err == nil && n == 0 {
			err = errs.Conflict("fieldwork.sheet_done", "This sheet was keyed twice already.")
		}
		if err != nil || e.invitation == nil {
			return err
		}
		return s.closeAddress(ctx, tx, e)
	}
	r, err := s.store(ctx, &e)
	if err != nil {
		return nil, err
	}
	sh.State = Recorded
	return &KeyResult{Sheet: sh.seenBy(ctx), Receipt: r.Receipt}, nil
}
