package cases

import (
	"context"
	"math"
	"slices"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// guard refuses an action whose condition does not hold.
type guard func(ctx context.Context, tx *db.Tx, t *step) error

// guardNames are the conditions a workflow may name.
var guardNames = []string{"within_window", "grid_category", "evidence_pair", "admitted_duty", "return_window", "parts_done", "whistle_ended", "before_due",
	"no_open_request", "not_handler", "near_site", "solved_or_stays", "audit_due"}

func (s *Service) guard(name string) guard {
	switch name {
	case "within_window":
		return s.withinWindow
	case "grid_category":
		return s.gridCategory
	case "evidence_pair":
		return s.evidencePair
	case "admitted_duty":
		return s.admittedDuty
	case "return_window":
		return s.returnWindow
	case "parts_done":
		return s.partsDone
	case "whistle_ended":
		return s.whistleEnded
	case "before_due":
		return s.beforeDue
	case "no_open_request":
		return s.noOpenRequest
	case "not_handler":
		return s.notHandler
	case "near_site":
		return s.nearSite
	case "solved_or_stays":
		return solvedOrStays
	case "audit_due":
		return auditDue
	}
	return func(context.Context, *db.Tx, *step) error {
		return errs.Forbidden("cases.no_guard", "The workflow names a condition this release does not know.")
	}
}

// reopenDays is how long after its end a case can be taken up again by those who reported (rule 2 of the domain).
const reopenDays = 30

// withinWindow counts from the close of the case, which no comment moves.
func (s *Service) withinWindow(_ context.Context, tx *db.Tx, t *step) error {
	from := t.c.ClosedAt
	if from == nil {
		from = t.c.EndedAt
	}
	if from != nil && tx.Now().Sub(from.Time) > reopenDays*24*time.Hour {
		return errs.Conflict("cases.window_over", "More than 30 days have passed since the end; report it again and name this case.").With(s.shown(t.c, tx))
	}
	return nil
}

// category is what the case is about after the step; of the steps with photos only the settling on the spot may name it.
func (t *step) category() string {
	if t.action.Code == "self_handle" && t.m.Category != "" {
		return t.m.Category
	}
	return t.c.Category
}

func (s *Service) gridCategory(_ context.Context, _ *db.Tx, t *step) error {
	leaf, ok := s.Duties.Catalog().Leaf(t.category())
	if !ok {
		return errs.Invalid("cases.need_category", "Choose a category.", errs.Field{Location: "body.category", Message: "required"})
	}
	if leaf.Entry != string(Grid) {
		return errs.Conflict("cases.not_petty", "Matters of this category are not settled on the spot; report them.").With(s.shown(t.c, nil))
	}
	return nil
}

// partsDone keeps a case open while a required part is neither done nor waived.
func (s *Service) partsDone(ctx context.Context, tx *db.Tx, t *step) error {
	if t.c.Dispatches == 0 {
		return nil
	}
	open, err := db.All[Part](ctx, tx, "SELECT "+partColumns+" FROM case_part WHERE case_id = $1 AND required AND state IN ('open', 'signed')", t.c.ID)
	if err != nil || len(open) == 0 {
		return err
	}
	return errs.Conflict("cases.parts_open", "Required parts of other units are not done; wait for them or have them waived.").With(open)
}

func (s *Service) whistleEnded(ctx context.Context, tx *db.Tx, t *step) error {
	for _, hold := range s.watch {
		if err := hold(ctx, tx, t.c); err != nil {
			return err
		}
	}
	return nil
}

// notHandler keeps who handled a case from judging it: neither the unit nor the person (rule "handled is not closed").
func (s *Service) notHandler(ctx context.Context, tx *db.Tx, t *step) error {
	p := auth.From(ctx)
	if p.System {
		return nil
	}
	refuse := errs.Forbidden("cases.same_hands", "Who handled a case cannot verify or close it; another unit must.")
	if p.UnitID != "" && p.UnitID == t.c.LeadUnit {
		return refuse
	}
	n, err := db.Get[int](ctx, tx, `SELECT COUNT(*) FROM case_history WHERE case_id = $1 AND (actor_id = $2 OR actor_unit = $3 AND actor_unit <> '')
		AND action IN ('sign', 'start', 'handle', 'self_handle', 'part_done')`, t.c.ID, p.UserID, p.UnitID)
	if err == nil && n > 0 {
		return refuse
	}
	if err != nil || t.action.Code != "audit" {
		return err
	}
	ended, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_history WHERE case_id = $1 AND actor_id = $2 AND action IN ('close', 'force_close', 'void')", t.c.ID, p.UserID)
	if err == nil && ended > 0 {
		err = errs.Forbidden("cases.judged_before", "You have closed this case; somebody else has to check the ending.")
	}
	return err
}

// nearMetres is how near to the case a verification on site has to be made.
const nearMetres = 100

// nearSite wants the place where the caller stands, or that it was verified without going there, which is then drawn for
// a check.
func (s *Service) nearSite(_ context.Context, _ *db.Tx, t *step) error {
	m, c := t.m, t.c
	if c.LatE7 == nil || c.LonE7 == nil { // nobody can measure, but who says so was not there
		if m.Remote {
			t.detail["remote"] = true
		}
		return nil
	}
	if m.Lat == nil || m.Lon == nil {
		if !m.Remote {
			return errs.Invalid("cases.need_place", "Say where you stand, or that you verified without going there.", errs.Field{Location: "body.lat", Message: "required"})
		}
		t.detail["remote"] = true
		return nil
	}
	away := metres(float64(*c.LatE7)/1e7, float64(*c.LonE7)/1e7, *m.Lat, *m.Lon)
	t.detail["distance"] = int(math.Round(away))
	if away > nearMetres && !m.Remote {
		return errs.Invalid("cases.too_far", "You are too far from the place; go there, or say that you verified without going there.",
			errs.Field{Location: "body.lat", Message: "metres away", Value: int(math.Round(away))})
	}
	if away > nearMetres {
		t.detail["remote"] = true
	}
	return nil
}

// metres is the distance of two positions on a sphere of the mean radius of the earth; exact to 0.5 % over a district.
func metres(lat1, lon1, lat2, lon2 float64) float64 {
	const radius, rad = 6371008.8, math.Pi / 180
	dLat, dLon := (lat2-lat1)*rad, (lon2-lon1)*rad
	h := math.Sin(dLat/2)*math.Sin(dLat/2) + math.Cos(lat1*rad)*math.Cos(lat2*rad)*math.Sin(dLon/2)*math.Sin(dLon/2)
	return 2 * radius * math.Asin(min(1, math.Sqrt(h)))
}

// solvedOrStays keeps "not solved" from being archived: that answer takes the case up again.
func solvedOrStays(_ context.Context, _ *db.Tx, t *step) error {
	if t.m.Solved == "no" {
		return errs.Conflict("cases.not_solved", "Not solved is no ending: take the case up again.")
	}
	return nil
}

func auditDue(_ context.Context, _ *db.Tx, t *step) error {
	if t.c.Audit != "due" {
		return errs.Conflict("cases.no_audit", "The case is not drawn for a check.")
	}
	return nil
}

// admittedDuty is the admission check against the duty list: a matter that is withdrawn from streets is not handed to one
// to lead.
func (s *Service) admittedDuty(ctx context.Context, tx *db.Tx, t *step) error {
	u, err := s.unitByID(ctx, tx, t.m.LeadUnit, "lead_unit")
	if err != nil {
		return err
	}
	return s.Duties.AdmitTx(ctx, tx, t.c.Category, u)
}

// returnHours is how long after signing a unit may return a case, in work hours (event-categories.yaml, return_rule).
const returnHours = 4

// returnWindow: one return per unit, with a legal ground, within four work hours of signing.
func (s *Service) returnWindow(ctx context.Context, tx *db.Tx, t *step) error {
	if !slices.Contains(ReturnGrounds, t.m.Ground) {
		return errs.Invalid("cases.no_ground", "A return needs one of the listed grounds.", errs.Field{Location: "body.ground", Message: "not in the list", Value: t.m.Ground})
	}
	if t.c.SignedAt != nil && s.Calendar.Current().Elapsed(t.c.SignedAt.Time, tx.Now(), "work_hour") > returnHours*time.Hour {
		return errs.Conflict("cases.return_late", "A case can be returned within four work hours of signing for it.").With(s.shown(t.c, tx))
	}
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_history WHERE case_id = $1 AND action = 'return' AND for_unit = $2", t.c.ID, t.c.LeadUnit)
	if err == nil && n > 0 {
		err = errs.Conflict("cases.returned_before", "The unit has returned this case once; what the panel decides stands.").With(s.shown(t.c, tx))
	}
	return err
}

// ReturnGrounds are the legal grounds of a return.
var ReturnGrounds = []string{"not_our_duty", "not_our_area", "owner_differs", "law_forbids", "duplicate", "no_such_matter"}

// RejectGrounds are the grounds on which a report is not accepted.
var RejectGrounds = []string{"not_public", "in_court", "private_dispute", "no_such_matter", "unintelligible", "abuse", "beyond_government"}
