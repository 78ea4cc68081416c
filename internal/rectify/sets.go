package rectify

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// A set is a part of the list that a figure counts. Figure and list use the one condition, so the figure is the length of the list it
// opens. $now stands for the time of the transaction.
const (
	issuedItems   = "issued_at IS NOT NULL AND state <> 'withdrawn'"
	verifiedItems = "state IN ('verified', 'told', 'published')"
	closedItems   = "state IN ('told', 'published')"
	heldItems     = "state IN ('issued', 'answered', 'doing', 'rework', 'returned', 'adjudicating')"
	withUnits     = "state IN ('issued', 'answered', 'doing', 'rework')"
	pastTime      = "COALESCE(due_at < $now AND NOT " + stoodStill + ", FALSE)"
	stoodStill    = "state IN ('returned', 'adjudicating', 'suspended')" // no clock of a unit runs
	overdueNow    = "COALESCE(state IN ('issued', 'answered', 'doing', 'rework') AND due_at < $now OR state = 'done' AND done_at > due_at, FALSE)"
	saysNo        = "EXISTS (SELECT 1 FROM item_again a WHERE a.item_id = item.id AND a.verdict = 'unsolved')"
	approved      = verifiedItems + " AND result IN ('resolved', 'partly') AND NOT " + saysNo
	undecided     = "EXISTS (SELECT 1 FROM item_return r WHERE r.item_id = item.id AND r.item_id <> '' AND r.kind = 'recurs' AND r.state = 'proposed')"
	unlisted      = "NOT EXISTS (SELECT 1 FROM reverse_list_line r WHERE r.item_id = item.id)"
)

func askedAgain(verdicts string) string {
	return "EXISTS (SELECT 1 FROM item_again a WHERE a.item_id = item.id AND a.verdict IN (" + verdicts + "))"
}

func measured(verdicts string) string {
	return "EXISTS (SELECT 1 FROM item_effect e WHERE e.item_id = item.id AND e.verdict IN (" + verdicts + "))"
}

func cameBack(state string) string {
	return "EXISTS (SELECT 1 FROM item_return r WHERE r.earlier_id = item.id AND r.state = '" + state + "')"
}

var sets = map[string]string{
	"listed":   "state <> 'withdrawn'",
	"awaiting": "issued_at IS NULL AND state <> 'withdrawn'",
	"issued":   issuedItems,
	"street":   issuedItems + " AND LENGTH(lead_area) >= 9",
	"district": issuedItems + " AND LENGTH(lead_area) < 9",

	"unlisted":  "state = 'confirmed' AND " + unlisted,
	"underway":  underway,
	"passed":    verifiedItems,
	"working":   issuedItems + " AND NOT (" + verifiedItems + ") AND state <> 'suspended' AND NOT " + overdueNow,
	"overdue":   overdueNow,
	"suspended": "state = 'suspended'",
	"reworked":  issuedItems + " AND reworks > 0",
	"closed":    closedItems,
	"published": "state = 'published'",

	// On time: of those that are done or whose time is over. Whoever returned it, or waits for a decision, has no time running.
	"due":    issuedItems + " AND (done_at IS NOT NULL AND NOT (" + heldItems + " OR state = 'suspended') OR " + withUnits + " AND due_at < $now)",
	"ontime": issuedItems + " AND done_at IS NOT NULL AND NOT (" + heldItems + " OR state = 'suspended') AND done_at <= due_at",
	"late":   "(" + overdueNow + " OR COALESCE(done_at > due_at AND NOT (" + heldItems + "), FALSE))",

	// The three shares of the reverse score: what counts, what speaks for it, what has no verdict yet. What is suspended
	// with approval counts neither way until it goes on.
	"settled":     issuedItems + " AND (" + closedItems + " OR " + pastTime + ")",
	"pending":     issuedItems + " AND NOT (" + closedItems + ") AND state <> 'suspended' AND NOT " + pastTime,
	"approved":    approved,
	"disapproved": verifiedItems + " AND NOT (" + approved + ")",
	"unverified":  issuedItems + " AND NOT (" + verifiedItems + ")",
	"judged":      issuedItems + " AND NOT " + undecided,
	"undecided":   issuedItems + " AND " + undecided,
	"recurring":   issuedItems + " AND recurs_of <> ''",

	// What the next wave says.
	"asked":      askedAgain("'solved', 'mixed', 'unsolved', 'few'"),
	"solved":     askedAgain("'solved'"),
	"mixed":      askedAgain("'mixed'"),
	"unsolved":   askedAgain("'unsolved'"),
	"few":        askedAgain("'few'"),
	"measured":   measured("'better', 'unclear', 'worse'"),
	"better":     measured("'better'"),
	"unclear":    measured("'unclear'"),
	"worse":      measured("'worse'"),
	"unmeasured": measured("'unmeasured'"),
	"back":       cameBack("confirmed"),
	"maybe_back": cameBack("proposed"),
}

// Counting asks every condition of every item, so what other tables say of an item is joined to it once instead of looked up by each
// condition. The conditions stay the same sentences.
const besideItems = ` item
	LEFT JOIN (SELECT item_id AS again_of, verdict AS again FROM item_again) g ON g.again_of = item.id
	LEFT JOIN (SELECT item_id AS effect_of, verdict AS effect FROM item_effect) f ON f.effect_of = item.id
	LEFT JOIN (SELECT item_id AS line_of FROM reverse_list_line) l ON l.line_of = item.id
	LEFT JOIN (SELECT earlier_id AS back_of, MAX(CASE state WHEN 'confirmed' THEN 1 ELSE 0 END) AS back, MAX(CASE state WHEN 'proposed' THEN 1 ELSE 0 END) AS maybe
		FROM item_return GROUP BY earlier_id) b ON b.back_of = item.id
	LEFT JOIN (SELECT item_id AS doubt_of FROM item_return WHERE item_id <> '' AND kind = 'recurs' AND state = 'proposed' GROUP BY item_id) d ON d.doubt_of = item.id`

// joined is every set with its conditions on other tables read from what stands beside the items.
var joined = func() map[string]string {
	beside := strings.NewReplacer(unlisted, "line_of IS NULL", undecided, "doubt_of IS NOT NULL", cameBack("confirmed"), "COALESCE(back = 1, FALSE)", cameBack("proposed"), "COALESCE(maybe = 1, FALSE)")
	again := regexp.MustCompile(`EXISTS \(SELECT 1 FROM item_again a WHERE a\.item_id = item\.id AND a\.verdict( = '[a-z]+'| IN \([^)]*\))\)`)
	effect := regexp.MustCompile(`EXISTS \(SELECT 1 FROM item_effect e WHERE e\.item_id = item\.id AND e\.verdict( IN \([^)]*\))\)`)
	out := map[string]string{}
	for name, cond := range sets {
		cond = again.ReplaceAllString(beside.Replace(cond), "COALESCE(again$1, FALSE)")
		out[name] = effect.ReplaceAllString(cond, "COALESCE(effect$1, FALSE)")
	}
	return out
}()

// Sets lists the names of the sets in order.
func Sets() []string { return slices.Sorted(maps.Keys(sets)) }

// Counts is how many items are in each set.
type Counts map[string]int

// checkSet returns Invalid for a name that is no set; "" is none.
func checkSet(name string) error {
	if _, ok := sets[name]; name == "" || ok {
		return nil
	}
	return errs.Invalid("rectify.unknown_set", "There is no such part of the list.", errs.Field{Location: "query.set", Message: "unknown", Value: name})
}

// setCondition returns the condition of a set with now as its parameter; of an unknown one, nothing.
func setCondition(tx *db.Tx, name string, args *[]any) string {
	cond, ok := sets[name]
	if !ok {
		return "FALSE"
	}
	if strings.Contains(cond, "$now") {
		*args = append(*args, tx.Time())
		cond = strings.ReplaceAll(cond, "$now", fmt.Sprintf("$%d", len(*args)))
	}
	return "(" + cond + ")"
}

// Grouped is the counts of the items of one group: a street, a unit, a field, or all ("").
type Grouped struct {
	Key    string
	Name   string // of the lead unit
	Area   string // of the lead unit
	Voices int    // comments in issued items
	Told   int    // comments in closed items
	Counts Counts
}

type groupedRow struct {
	Key    string `db:"key"`
	Name   string `db:"name"`
	Area   string `db:"area"`
	Voices int    `db:"voices"`
	Told   int    `db:"told"`
	Line   string `db:"line"`
}

// countSets counts every set in one pass, grouped by a column of item, or all together for ”. where is a condition with its args.
func countSets(ctx context.Context, tx *db.Tx, column, where string, args []any) ([]Grouped, error) {
	names := Sets()
	parts := make([]string, len(names))
	args = append(slices.Clone(args), tx.Time())
	now := fmt.Sprintf("$%d", len(args))
	for i, name := range names {
		parts[i] = "CAST(COUNT(*) FILTER (WHERE " + strings.ReplaceAll(joined[name], "$now", now) + ") AS TEXT)"
	}
	var out []Grouped
	err := db.Each(ctx, tx, "SELECT "+column+" AS key, COALESCE(MAX(lead_name), '') AS name, COALESCE(MAX(lead_area), '') AS area, COALESCE(SUM(voices) FILTER (WHERE "+issuedItems+"), 0) AS voices, COALESCE(SUM(voices) FILTER (WHERE "+closedItems+"), 0) AS told, "+
		strings.Join(parts, " || ',' || ")+" AS line FROM (SELECT * FROM item WHERE "+where+")"+besideItems+" GROUP BY 1 ORDER BY 1", args, func(r *groupedRow) error {
		g := Grouped{Key: r.Key, Name: r.Name, Area: r.Area, Voices: r.Voices, Told: r.Told, Counts: Counts{}}
		for i, text := range strings.Split(r.Line, ",") {
			n, err := strconv.Atoi(text)
			if err != nil {
				return fmt.Errorf("count %s: %w", names[i], err)
			}
			g.Counts[names[i]] = n
		}
		out = append(out, g)
		return nil
	})
	return out, err
}

// sum adds up groups that together are the whole.
func sum(groups []Grouped) Counts {
	whole := Counts{}
	for _, name := range Sets() {
		whole[name] = 0
	}
	for _, g := range groups {
		for name, n := range g.Counts {
			whole[name] += n
		}
	}
	return whole
}
