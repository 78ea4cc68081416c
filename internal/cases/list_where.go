package cases

import (
	"context"
	"fmt"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// where is the condition of a filter for what the caller sees.
func (s *Service) where(ctx context.Context, tx *db.Tx, f Filter) (string, []any) {
	var args []any
	parts := []string{visible(ctx, &args)}
	add := func(format string, value any) {
		args = append(args, value)
		parts = append(parts, fmt.Sprintf(format, len(args)))
	}
	if len(f.States) > 0 {
		parts = append(parts, in("state", f.States, &args))
	}
	if len(f.Channels) > 0 {
		parts = append(parts, in("channel", f.Channels, &args))
	}
	if f.Area != "" {
		parts = append(parts, auth.Within("area_code", []string{f.Area}, &args))
	}
	if f.Unit != "" {
		add("lead_unit = $%d", f.Unit)
	}
	if f.Holder != "" {
		add("holder = $%d", f.Holder)
	}
	if f.Category != "" {
		add("category >= $%d", f.Category)
		add("category < $%d", f.Category+"~")
	}
	if f.Level != "" {
		add("level = $%d", f.Level)
	}
	if f.Query != "" {
		args = append(args, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(f.Query)+"%")
		n := len(args)
		parts = append(parts, fmt.Sprintf(`(number LIKE $%d ESCAPE '\' OR title LIKE $%d ESCAPE '\' OR address LIKE $%d ESCAPE '\')`, n, n, n))
	}
	if f.Since != nil {
		add("reported_at >= $%d", *f.Since)
	}
	if f.Until != nil {
		add("reported_at < $%d", *f.Until)
	}
	if f.Open || f.Overdue || f.Todo {
		parts = append(parts, "ended_at IS NULL")
	}
	if f.Overdue {
		add("due_at < $%d", tx.Time())
	}
	if f.Urgent {
		parts = append(parts, "urgent")
	}
	if f.Supervised {
		parts = append(parts, "supervised")
	}
	if f.Todo {
		parts = append(parts, todo(ctx, &args))
	}
	return strings.Join(parts, " AND "), args
}

func in[T ~string](column string, values []T, args *[]any) string {
	marks := make([]string, len(values))
	for i, v := range values {
		*args = append(*args, string(v))
		marks[i] = fmt.Sprintf("$%d", len(*args))
	}
	return column + " IN (" + strings.Join(marks, ", ") + ")"
}

// todo is the condition for open cases that wait for the caller: what its unit holds, what it was named for, and for an
// officer what is to be inspected or verified in its grids.
func todo(ctx context.Context, args *[]any) string {
	p := auth.From(ctx)
	if p == nil || p.System {
		return "FALSE"
	}
	*args = append(*args, p.UnitID, p.UserID)
	n := len(*args)
	cond := fmt.Sprintf("(holder = $%d AND holder <> '' OR officer = $%d AND officer <> '' AND state IN ('inspecting', 'checking')", n-1, n)
	if p.Has(PermCheck) {
		cond += " OR officer = '' AND state IN ('inspecting', 'checking') AND " + auth.Within("area_code", p.Areas, args)
	}
	return cond + ")"
}

