package whistle

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// minRated is how many rated calls a unit needs to stand in a comparison.
const minRated = 5

// Share is a rate with the numbers it is made of.
type Share struct {
	Part  int     `json:"part"`
	Of    int     `json:"of"`
	Share float64 `json:"share" doc:"0 if there is nothing to divide by"`
}

func share(part, of int) Share {
	out := Share{Part: part, Of: of}
	if of > 0 {
		out.Share = float64(part) / float64(of)
	}
	return out
}

// Score is how the whistles of a period went for one unit, by its own calls.
type Score struct {
	UnitID   string   `json:"unit_id"`
	UnitName string   `json:"unit_name"`
	Calls    int      `json:"calls"`
	Sign     Share    `json:"sign" doc:"Signed in time, of the calls whose time to sign is over or stopped"`
	Contact  Share    `json:"contact"`
	Report   Share    `json:"report" doc:"Reported in in time"`
	Kept     Share    `json:"kept" doc:"Promised tasks done by their date, of those that ended or are over"`
	First    Share    `json:"first" doc:"Accepted without a return, of the accepted"`
	Refused  int      `json:"refused" doc:"Calls that went to arbitration"`
	Rated    int      `json:"rated" doc:"Ratings by streets that are open"`
	Mean     *float64 `json:"mean,omitempty" doc:"Of the streets' ratings, 1 to 5; absent under five"`
	Low      *float64 `json:"low,omitempty" doc:"95 % interval by Student's t"`
	High     *float64 `json:"high,omitempty"`
	Ranked   bool     `json:"ranked" doc:"Has enough rated calls to be compared"`
}

// row is a call with its clocks and the street's open rating.
type row struct {
	UnitID   string      `db:"unit_id"`
	UnitName string      `db:"unit_name"`
	State    CallState   `db:"state"`
	Returns  int         `db:"returns"`
	Refusal  string      `db:"refusal"`
	Sign     string      `db:"sign"`
	Contact  string      `db:"contact"`
	Report   string      `db:"report"`
	Kept     int         `db:"kept"`
	Due      int         `db:"due"`
	Stars    int         `db:"stars"`
	Sides    int         `db:"sides"`
	ClosedAt *clock.Time `db:"closed_at"`
}

// outcomeOf is the last clock of a kind: met, late, void, or overdue while it runs beyond its time.
func outcomeOf(kind string) string {
	return `COALESCE((SELECT CASE WHEN k.stopped_at IS NULL AND k.due_at < $1 THEN 'late' ELSE k.outcome END FROM whistle_clock k
		WHERE k.whistle_id = c.whistle_id AND k.call_id = c.id AND k.kind = '` + kind + `' ORDER BY k.id DESC LIMIT 1), '')`
}

// promised counts the clocks of promised tasks of a call with a condition.
func promised(condition string) string {
	return "(SELECT COUNT(*) FROM whistle_clock k WHERE k.whistle_id = c.whistle_id AND k.call_id = c.id AND k.kind = 'work' AND (" + condition + "))"
}

// Scores tells per called unit how whistles blown since a time went. Needs whistle.read; a district sees all of its streets, a
// street its own whistles, a unit itself.
func (s *Service) Scores(ctx context.Context, since *clock.Time) (out []Score, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if err := auth.Require(ctx, PermRead); err != nil {
			return err
		}
		if since == nil || since.IsZero() {
			since = clock.Ptr(tx.Now().AddDate(-1, 0, 0))
		}
		args := []any{tx.Time(), *since}
		where := visible(ctx, &args)
		mine := "TRUE"
		if p := auth.From(ctx); byUnit(p) {
			args = append(args, p.UnitID)
			mine = "c.unit_id = $" + itoa(len(args))
		}
		rows, err := db.All[row](ctx, tx, "SELECT c.unit_id, c.unit_name, c.state, c.returns, c.refusal, "+outcomeOf("sign")+" AS sign, "+outcomeOf("contact")+" AS contact, "+
			outcomeOf("report")+" AS report, "+promised("k.outcome = 'met'")+" AS kept, "+promised("k.outcome IN ('met', 'late') OR k.stopped_at IS NULL AND k.due_at < $1")+` AS due, COALESCE((SELECT r.speed + r.attitude + r.result FROM whistle_rating r WHERE r.call_id = c.id AND r.side = 'street'), 0) AS stars,
			(SELECT COUNT(*) FROM whistle_rating r WHERE r.call_id = c.id) AS sides, w.closed_at
			FROM whistle_call c JOIN (SELECT id AS wid, closed_at, blown_at AS blown FROM whistle_file WHERE blown_at >= $2 AND `+where+`) w ON w.wid = c.whistle_id
			WHERE `+mine+`
			ORDER BY c.unit_id`, args...)
		if err == nil {
			out = scored(rows, tx.Time())
		}
		return err
	})
	return out, err
}

// scored sums rows up by unit; those with enough ratings first, by mean.
func scored(rows []row, now clock.Time) []Score {
	byUnit := map[string]*Score{}
	stars := map[string][]float64{}
	for _, r := range rows {
		x := byUnit[r.UnitID]
		if x == nil {
			x = &Score{UnitID: r.UnitID, UnitName: r.UnitName}
			byUnit[r.UnitID] = x
		}
		x.Calls++
		count(&x.Sign, r.Sign)
		count(&x.Contact, r.Contact)
		count(&x.Report, r.Report)
		x.Kept.Part, x.Kept.Of = x.Kept.Part+r.Kept, x.Kept.Of+r.Due
		if r.State == Accepted {
			x.First.Of++
			if r.Returns == 0 {
				x.First.Part++
			}
		}
		if r.Refusal != "" {
			x.Refused++
		}
		if r.Stars > 0 && (r.Sides >= 2 || r.ClosedAt != nil && now.After(r.ClosedAt.AddDate(0, 0, sealedDays))) {
			stars[r.UnitID] = append(stars[r.UnitID], float64(r.Stars)/3)
		}
	}
	out := make([]Score, 0, len(byUnit))
	for id, x := range byUnit {
		for _, of := range []*Share{&x.Sign, &x.Contact, &x.Report, &x.Kept, &x.First} {
			*of = share(of.Part, of.Of)
		}
		x.rate(stars[id])
		out = append(out, *x)
	}
	slices.SortFunc(out, func(a, b Score) int {
		if a.Ranked != b.Ranked {
			if a.Ranked {
				return -1
			}
			return 1
		}
		if a.Ranked {
			return cmp.Or(cmp.Compare(*b.Mean, *a.Mean), strings.Compare(a.UnitName, b.UnitName))
		}
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), strings.Compare(a.UnitName, b.UnitName))
	})
	return out
}

func count(of *Share, outcome string) {
	switch outcome {
	case "met":
		of.Part++
		of.Of++
	case "late":
		of.Of++
	}
}

// rate gives a unit its mean with a 95 % interval, if enough streets rated it. Two-sided t quantiles for 4 to 30 degrees of
// freedom are tabulated; beyond, the normal one.
func (x *Score) rate(stars []float64) {
	x.Rated = len(stars)
	if x.Ranked = len(stars) >= minRated; !x.Ranked {
		return
	}
	n, sum, squares := float64(len(stars)), 0.0, 0.0
	for _, v := range stars {
		sum += v
	}
	mean := sum / n
	for _, v := range stars {
		squares += (v - mean) * (v - mean)
	}
	half := student(len(stars)-1) * math.Sqrt(squares/(n-1)/n)
	low, high := max(1, mean-half), min(5, mean+half)
	x.Mean, x.Low, x.High = &mean, &low, &high
}

// t975 are the 0.975 quantiles of Student's t for 1 to 30 degrees of freedom.
var t975 = [...]float64{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
	2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042}

func student(df int) float64 {
	if df >= 1 && df <= len(t975) {
		return t975[df-1]
	}
	return 1.96
}
