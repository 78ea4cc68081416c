package cases

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Contact is who reported, in the clear.
type Contact struct {
	ReporterID string  `json:"id"`
	Channel    Channel `json:"channel"`
	Name       string  `json:"name,omitempty"`
	Phone      string  `json:"phone,omitempty"`
	Code       string  `json:"-"` // to follow the case with, for messages
	WantsReply bool    `json:"-"`
}

// RevealReporter returns name and telephone of somebody who reported. Needs cases.contact in the area of the case and a
// reason; every look is in the history of the case and in the audit trail. Who reported anonymously is never shown.
func (s *Service) RevealReporter(ctx context.Context, id, reporter, reason string) (out *Contact, err error) {
	if reason = clean(reason); reason == "" {
		return nil, noReason()
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		c, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermContact, c.AreaCode); err != nil {
			return err
		}
		r, err := db.Get[Reporter](ctx, tx, "SELECT "+reporterColumns+` FROM case_reporter
			WHERE id = $1 AND (case_id = $2 OR case_id IN (SELECT id FROM case_file WHERE merged_into = $2 AND merged_into <> ''))`, reporter, id)
		if errors.Is(err, db.ErrNoRows) {
			return errs.NotFound("cases.no_reporter", "Nobody of this id reported the case.")
		}
		if err != nil {
			return err
		}
		if r.Anonymous {
			return errs.Conflict("cases.anonymous", "This person reported anonymously; use the comments of the case to reach them.")
		}
		if out, err = s.open(&r); err != nil {
			return err
		}
		return s.noteOnCase(ctx, tx, c, "reveal_reporter", Internal, map[string]any{"reporter": r.ID, "reason": reason})
	})
	return out, err
}

func (s *Service) open(r *Reporter) (*Contact, error) {
	k := &Contact{ReporterID: r.ID, Channel: r.Channel, WantsReply: r.WantsReply}
	for _, x := range []struct {
		sealed, place string
		into          *string
	}{{r.Name, "case_reporter.name.", &k.Name}, {r.Phone, "case_reporter.phone.", &k.Phone}} {
		if x.sealed == "" {
			continue
		}
		plain, err := s.Box.Open(x.sealed, x.place+r.ID)
		if err != nil {
			return nil, err
		}
		*x.into = string(plain)
	}
	if r.Token != "" {
		k.Code = s.FollowCode(r.ID)
	}
	return k, nil
}

// ContactsTx returns everybody to be told about a case, those of merged cases included, in the clear: for messages that
// the program sends by itself. Forbidden for anybody else. Who reported anonymously has no name here, but may have left a
// number to be told.
func (s *Service) ContactsTx(ctx context.Context, tx *db.Tx, id string) ([]Contact, error) {
	if p := auth.From(ctx); p == nil || !p.System {
		return nil, errs.Forbidden("cases.system_only", "The program does this by itself.")
	}
	rows, err := db.All[Reporter](ctx, tx, "SELECT "+reporterColumns+reportersWhere, id)
	out := make([]Contact, 0, len(rows))
	for i := range rows {
		if !rows[i].WantsReply {
			continue
		}
		k, err := s.open(&rows[i])
		if err != nil {
			return nil, err
		}
		out = append(out, *k)
	}
	return out, err
}

// Told is what those who reported a case are told with: who they are and the public answer.
type Told struct {
	Reply  string
	People []Contact
}

// ToldTx returns for each of the cases what ContactsTx returns, and its reply, in two readings. Only the program may.
func (s *Service) ToldTx(ctx context.Context, tx *db.Tx, ids []string) (map[string]Told, error) {
	if err := program(ctx); err != nil || len(ids) == 0 {
		return nil, err
	}
	list, args := db.Listed(ids)
	type place struct {
		ID    string `db:"id"`
		Into  string `db:"merged_into"`
		Reply string `db:"reply"`
	}
	places, err := db.All[place](ctx, tx, "SELECT id, merged_into, reply FROM case_file WHERE id IN "+list+" OR merged_into IN "+list+" AND merged_into <> ''", args...)
	if err != nil || len(places) == 0 {
		return nil, err
	}
	out, into, all := map[string]Told{}, map[string]string{}, make([]string, len(places))
	for i, p := range places {
		all[i], into[p.ID] = p.ID, p.Into
		if slices.Contains(ids, p.ID) {
			out[p.ID] = Told{Reply: p.Reply}
		}
	}
	list, args = db.Listed(all)
	rows, err := db.All[Reporter](ctx, tx, "SELECT "+reporterColumns+" FROM case_reporter WHERE case_id IN "+list+" AND wants_reply ORDER BY id", args...)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		k, err := s.open(&rows[i])
		if err != nil {
			return nil, err
		}
		for _, id := range []string{rows[i].CaseID, into[rows[i].CaseID]} {
			if t, ok := out[id]; ok {
				t.People = append(t.People, *k)
				out[id] = t
			}
		}
	}
	return out, nil
}

const reportersWhere = ` FROM case_reporter WHERE case_id IN (SELECT id FROM case_file WHERE id = $1 UNION ALL SELECT id FROM case_file WHERE merged_into = $1 AND merged_into <> '') ORDER BY id`

// reportersOf lists who reported a case and those merged into it. Names and numbers are shown masked to whoever may ask
// for them, and to nobody else: streets and departments work without.
func (s *Service) reportersOf(ctx context.Context, tx *db.Tx, c *Case) ([]Reporter, error) {
	rows, err := db.All[Reporter](ctx, tx, "SELECT "+reporterColumns+reportersWhere, c.ID)
	if err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	may := p != nil && (p.System || p.Has(PermContact) && p.Covers(c.AreaCode))
	for i := range rows {
		r := &rows[i]
		if !may || r.Anonymous {
			continue
		}
		k, err := s.open(r)
		if err != nil {
			return nil, err
		}
		r.Shown = strings.TrimSpace(maskedName(k.Name) + " " + maskedPhone(k.Phone))
	}
	return rows, nil
}

// maskedName keeps the first character: 王**.
func maskedName(name string) string {
	n := utf8.RuneCountInString(name)
	if n == 0 {
		return ""
	}
	first, _ := utf8.DecodeRuneInString(name)
	return string(first) + strings.Repeat("*", min(max(n-1, 1), 3))
}

// maskedPhone keeps the beginning and the end of a mobile number, and only the end of another one.
func maskedPhone(phone string) string {
	digits := []rune(crypto.Normalise(phone))
	switch n := len(digits); {
	case n >= 11:
		return string(digits[:3]) + strings.Repeat("*", n-7) + string(digits[n-4:])
	case n > 4:
		return strings.Repeat("*", n-2) + string(digits[n-2:])
	case n > 0:
		return "****"
	}
	return ""
}
