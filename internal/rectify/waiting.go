package rectify

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Waiting is one thing somebody has to do for an item: who, what, by when.
type Waiting struct {
	Kind     string      `db:"kind" json:"kind" enum:"handle,milestone,supervise,adjudicate,review,request,verify"`
	ItemID   string      `db:"item_id" json:"item_id"`
	No       string      `db:"no" json:"no"`
	Title    string      `db:"title" json:"title"`
	AreaName string      `db:"area_name" json:"area_name"`
	Street   string      `db:"street" json:"street"`
	State    State       `db:"state" json:"state"`
	UnitID   string      `db:"unit_id" json:"unit_id,omitempty" doc:"Empty for the evaluation office"`
	UnitName string      `db:"unit_name" json:"unit_name,omitempty"`
	Person   string      `db:"person" json:"person,omitempty" doc:"Who answers for it by the plan of the unit; empty for the evaluation office"`
	Text     string      `db:"text" json:"text,omitempty" doc:"Step of the plan, or what is asked for"`
	DueAt    *clock.Time `db:"due_at" json:"due_at,omitempty"`
	Overdue  bool        `db:"-" json:"overdue"`
	Today    bool        `db:"-" json:"today" doc:"Due today or overdue"`
}

// WaitingFilter narrows the list; empty fields do not.
type WaitingFilter struct {
	WaveID, Unit string
	Today        bool // due today or overdue
}

// WaitingList is who has to do what, the earliest due first, and how many there are of each kind.
type WaitingList struct {
	Items   []Waiting      `json:"items"`
	ByKind  map[string]int `json:"by_kind"`
	Total   int            `json:"total"`
	Today   int            `json:"today"`
	Overdue int            `json:"overdue"`
	Cut     bool           `json:"cut" doc:"There are more than are listed"`
}

// maxWaiting bounds the list.
const maxWaiting = 1000

// waitingParts are the sources; each selects the columns of Waiting. A clock names its unit, the office has none.
var waitingParts = []string{
	`SELECT k.kind AS kind, k.unit_id AS unit_id, CASE WHEN k.unit_id = '' THEN '' ELSE i.lead_name END AS unit_name, '' AS text, k.due_at AS due_at, i.id AS item
		FROM item_clock k JOIN item i ON i.id = k.item_id
		WHERE k.ended_at IS NULL AND k.paused_at IS NULL AND (k.kind <> 'handle' OR i.state IN ('issued', 'answered', 'doing', 'rework'))`,
	`SELECT 'milestone', i.lead_unit, i.lead_name, m.title, m.due_at, i.id
		FROM item_milestone m JOIN item i ON i.id = m.item_id WHERE m.done_at IS NULL AND i.state IN ('answered', 'doing', 'rework')`,
	`SELECT 'request', '', '', r.kind, i.due_at, i.id
		FROM item_request r JOIN item i ON i.id = r.item_id WHERE r.state = 'open'`,
	`SELECT 'verify', '', '', '', NULL, i.id FROM item i WHERE i.state = 'done'`,
}

// Waits lists who has to do what for the items the caller sees. Needs rectify.read.
func (s *Service) Waits(ctx context.Context, f WaitingFilter) (out *WaitingList, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	out = &WaitingList{Items: []Waiting{}, ByKind: map[string]int{}}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var args []any
		where := []string{visible(ctx, &args)}
		add := func(cond string, v any) {
			args = append(args, v)
			where = append(where, strings.ReplaceAll(cond, "$", fmt.Sprintf("$%d", len(args))))
		}
		if f.WaveID != "" {
			add("wave_id = $", f.WaveID)
		}
		if f.Unit != "" {
			add("w.unit_id = $", f.Unit)
		}
		tomorrow := dayOf(tx.Now().AddDate(0, 0, 1))
		if f.Today {
			add("w.due_at < $", tomorrow)
		}
		args = append(args, maxWaiting+1)
		rows, err := db.All[Waiting](ctx, tx, "SELECT w.kind, item.id AS item_id, item.no, item.title, item.area_name, item.street, item.state, w.unit_id, w.unit_name, CASE WHEN w.unit_id = '' THEN '' ELSE COALESCE(p.responsible, '') END AS person, w.text, w.due_at FROM ("+
			strings.Join(waitingParts, " UNION ALL ")+") w JOIN item ON item.id = w.item LEFT JOIN item_plan p ON p.item_id = item.id WHERE "+strings.Join(where, " AND ")+
			" ORDER BY CASE WHEN w.due_at IS NULL THEN 1 ELSE 0 END, w.due_at, item.id LIMIT $"+strconv.Itoa(len(args)), args...)
		if err != nil {
			return err
		}
		if out.Cut = len(rows) > maxWaiting; out.Cut {
			rows = slices.Delete(rows, maxWaiting, len(rows))
		}
		out.count(rows, tx.Now(), tomorrow)
		return nil
	})
	return out, err
}

func (l *WaitingList) count(rows []Waiting, now time.Time, tomorrow clock.Time) {
	for n := range rows {
		w := &rows[n]
		w.Overdue = w.DueAt != nil && now.After(w.DueAt.Time) && w.Kind != "request"
		w.Today = w.DueAt != nil && w.DueAt.Before(tomorrow.Time)
		l.ByKind[w.Kind]++
		l.Today += one(w.Today)
		l.Overdue += one(w.Overdue)
	}
	l.Items, l.Total = append(l.Items, rows...), len(rows)
}
