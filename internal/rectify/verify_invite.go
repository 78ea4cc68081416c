package rectify

import (
	"context"
	"crypto/rand"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Whom an invitation goes to.
const (
	Raiser   = "raiser"   // somebody whose comment is in the item and who left a number
	Resident = "resident" // a resident of the community, met at random by whoever verifies
)

// Invited counts the invitations of the present round and what came of them. The words stand without who said them.
type Invited struct {
	Raisers   int         `json:"raisers" doc:"Messages sent to those who spoke"`
	Residents int         `json:"residents" doc:"Slips made for residents"`
	Until     *clock.Time `json:"until,omitempty" doc:"When the last invitation ends"`
	Solved    int         `json:"solved"`
	Partly    int         `json:"partly"`
	Unsolved  int         `json:"unsolved"`
	Answers   int         `json:"answers"`
	Needed    int         `json:"needed" doc:"n: answers an item with invitations waits for, until they end"`
	Agree     int         `json:"agree" doc:"k: of n, how many have to say solved or partly"`
	Required  bool        `json:"required"`
	Stands    string      `json:"stands" enum:"none,waiting,agreed,refused,expired" doc:"Whether the residents let the item be verified"`
	Words     []SaidOf    `json:"words"`
}

// SaidOf is what an invited resident wrote, masked.
type SaidOf struct {
	Verdict string `db:"verdict" json:"verdict" enum:"solved,partly,unsolved"`
	Words   string `db:"words" json:"words"`
}

// Invitation asks residents to look and say whether it is solved.
type Invitation struct {
	Version   int64 `json:"version"`
	Raisers   bool  `json:"raisers" doc:"Send a message to those who spoke and left a number"`
	Residents int   `json:"residents" minimum:"0" maximum:"20" doc:"Slips with a code to hand to residents of the community"`
}

// Slips is what comes of an invitation. A code is told once, here.
type Slips struct {
	Codes   []string   `json:"codes"`
	Sent    int        `json:"sent" doc:"Messages to those who spoke; they are on their way"`
	Until   clock.Time `json:"until"`
	Link    string     `json:"link" doc:"Path of the page that takes the codes; a code goes behind #"`
	Version int64      `json:"version"`
}

// JudgePath is the public page on which an invited resident answers.
const JudgePath = "/p/judge"

// Raisers are the telephone numbers that the authors of comments left, as far as they did. Only the program uses them.
type Raisers interface {
	// InviteTx sends each of those who left a number one message with its own link; make draws a code for each. It returns how many.
	InviteTx(ctx context.Context, tx *db.Tx, i *Item, comments []string, make func() (code string, err error)) (int, error)
}

// Invite draws invitations for an item that is reported done. Needs rectify.verify as somebody who did not handle it: who
// did the work does not choose the judges.
func (s *Service) Invite(ctx context.Context, id string, in Invitation) (out *Slips, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		out, err = s.InviteTx(ctx, tx, id, in)
		return err
	})
	return out, err
}

// InviteTx is Invite inside the caller's transaction.
func (s *Service) InviteTx(ctx context.Context, tx *db.Tx, id string, in Invitation) (*Slips, error) {
	i, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if i.Version != in.Version {
		return nil, stale(i)
	}
	e, ok := edgeFor(i, ActVerify)
	if !ok {
		return nil, errs.Conflict("rectify.bad_transition", "Residents are invited once the unit has reported it done.").With(i)
	}
	if err := admit(ctx, tx, e, i); err != nil {
		return nil, err
	}
	if in.Residents == 0 && !in.Raisers || in.Residents < 0 || in.Residents > maxSlips {
		return nil, errs.Invalid("rectify.no_invitation", "Invite those who spoke, or one to twenty residents.", errs.Field{Location: "body.residents", Message: "1 to 20", Value: in.Residents})
	}
	rules, err := s.rulesTx(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := &Slips{Codes: []string{}, Until: clock.At(tx.Now().AddDate(0, 0, rules.Days)), Link: JudgePath}
	for range in.Residents {
		code, err := s.invitation(ctx, tx, i, Resident, out.Until)
		if err != nil {
			return nil, err
		}
		out.Codes = append(out.Codes, code)
	}
	if in.Raisers && s.raisers != nil {
		if out.Sent, err = s.inviteRaisers(ctx, tx, i, out.Until); err != nil {
			return nil, err
		}
	}
	if err := saveItem(ctx, tx, i); err != nil {
		return nil, err
	}
	out.Version = i.Version
	return out, s.record(ctx, tx, ActInvite, i.State, i, "", strconv.Itoa(out.Sent)+"/"+strconv.Itoa(in.Residents))
}

// maxSlips bounds the codes of one call.
const maxSlips = 20

func (s *Service) inviteRaisers(ctx context.Context, tx *db.Tx, i *Item, until clock.Time) (int, error) {
	before, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM item_invitation WHERE item_id = $1 AND round = $2 AND kind = 'raiser'", i.ID, i.Reworks)
	if err != nil {
		return 0, err
	}
	if before > 0 {
		return 0, errs.Conflict("rectify.invited_before", "Those who spoke have been asked in this round already.").With(i)
	}
	comments, err := s.opinions.IDsOfItemTx(ctx, tx, i.ID)
	if err != nil {
		return 0, err
	}
	return s.raisers.InviteTx(auth.System(ctx, "核查邀请"), tx, i, comments, func() (string, error) { return s.invitation(ctx, tx, i, Raiser, until) })
}

// invitation keeps the digest of a new code and returns the code.
func (s *Service) invitation(ctx context.Context, tx *db.Tx, i *Item, kind string, until clock.Time) (string, error) {
	code := newCode()
	_, err := tx.Exec(ctx, "INSERT INTO item_invitation (id, item_id, round, kind, digest, by_name, at, until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		rand.Text(), i.ID, i.Reworks, kind, s.digest(code), nameOf(ctx), tx.Time(), until)
	return code, err
}

// Codes have twelve letters out of 27 that are not taken for one another: 57 bits.
const letters = "23456789ACDEFGHJKMNPQRTVWXY"

func newCode() string {
	var out []byte
	for len(out) < 14 {
		if len(out) == 4 || len(out) == 9 {
			out = append(out, '-')
			continue
		}
		var b [1]byte
		_, _ = rand.Read(b[:]) // crypto/rand.Read ends the program rather than fail
		if b[0] < 243 {        // 9 × 27: every letter with the same chance
			out = append(out, letters[int(b[0])%len(letters)])
		}
	}
	return string(out)
}

// digest is what is kept of a code as typed, with or without dashes, in any case and width.
func (s *Service) digest(code string) string {
	plain := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n\u00a0\u3000-‐–—_.", r) {
			return -1
		}
		return r
	}, strings.ToUpper(width.Fold.String(code)))
	return s.box.BlindIndex("rectify.invitation", plain)
}

// invitedTx counts the invitations and answers of the present round.
func (s *Service) invitedTx(ctx context.Context, tx *db.Tx, i *Item) (*Invited, error) {
	rules, err := s.rulesTx(ctx, tx)
	if err != nil {
		return nil, err
	}
	v := &Invited{Needed: rules.Needed, Agree: rules.Agree, Required: rules.Required, Words: []SaidOf{}}
	type sent struct {
		Kind  string     `db:"kind"`
		N     int        `db:"n"`
		Until clock.Time `db:"until"`
	}
	if err := db.Each(ctx, tx, "SELECT kind, COUNT(*) AS n, MAX(until) AS until FROM item_invitation WHERE item_id = $1 AND round = $2 GROUP BY kind", []any{i.ID, i.Reworks}, func(r *sent) error {
		if r.Kind == Raiser {
			v.Raisers = r.N
		} else {
			v.Residents = r.N
		}
		if v.Until == nil || r.Until.After(v.Until.Time) {
			until := r.Until
			v.Until = &until
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if err := db.Each(ctx, tx, "SELECT verdict, words FROM item_witness WHERE item_id = $1 AND round = $2 ORDER BY id", []any{i.ID, i.Reworks}, func(r *SaidOf) error {
		v.add(r)
		return nil
	}); err != nil {
		return nil, err
	}
	v.stand(tx.Time())
	return v, nil
}

func (v *Invited) add(r *SaidOf) {
	v.Answers++
	switch r.Verdict {
	case "solved":
		v.Solved++
	case "partly":
		v.Partly++
	default:
		v.Unsolved++
	}
	if r.Words != "" {
		v.Words = append(v.Words, *r)
	}
}

// stand applies the rule of k of n: with n answers, at least the same share as k of n says solved or partly; with fewer, the
// item waits until the invitations end, and then those who verify decide alone. When everybody who was asked has answered
// there is nobody to wait for: fewer than n then stop it if they speak against it, and never carry it.
func (v *Invited) stand(now clock.Time) {
	switch {
	case v.Raisers+v.Residents == 0:
		v.Stands = "none"
	case v.Answers >= v.Needed && (v.Solved+v.Partly)*v.Needed >= v.Agree*v.Answers:
		v.Stands = "agreed"
	case v.Answers >= v.Needed:
		v.Stands = "refused"
	case v.Answers == v.Raisers+v.Residents && (v.Solved+v.Partly)*v.Needed < v.Agree*v.Answers:
		v.Stands = "refused"
	case v.Answers == v.Raisers+v.Residents || v.Until != nil && now.After(v.Until.Time):
		v.Stands = "expired"
	default:
		v.Stands = "waiting"
	}
}

// heard lets an item be verified unless the invited residents still have time to answer, or say that it is not solved.
func (s *Service) heard(ctx context.Context, tx *db.Tx, i *Item) error {
	v, err := s.invitedTx(ctx, tx, i)
	if err != nil {
		return err
	}
	switch {
	case v.Stands == "none" && v.Required:
		return errs.Conflict("rectify.no_residents", "Invite residents first; the rules of the district want their answer.").With(i)
	case v.Stands == "waiting":
		return errs.Conflict("rectify.await_residents", "Invited residents can still answer; wait for them or until the invitations end.").With(i)
	case v.Stands == "refused":
		return errs.Conflict("rectify.residents_disagree", "Too many of the invited residents say it is not solved; send it back for rework.").With(i)
	}
	return nil
}
