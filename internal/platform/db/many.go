package db

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

// InsertMany queues rows (see Queue) in statements of 128, 16, 4, 2 and 1 rows, so that few different texts are prepared. tail stands after
// the values, such as "ON CONFLICT DO NOTHING"; empty for nothing.
func InsertMany(ctx context.Context, tx *Tx, table, columns, tail string, rows [][]any) error {
	for len(rows) > 0 {
		n := portion(len(rows))
		args := make([]any, 0, n*len(rows[0]))
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		query := "INSERT INTO " + table + " (" + columns + ") VALUES " + placeholders(n, len(rows[0])) + " " + tail
		if err := tx.Queue(ctx, nil, query, args...); err != nil {
			return fmt.Errorf("insert into %s: %w", table, err)
		}
		rows = rows[n:]
	}
	return nil
}

// InsertNew queues rows like InsertMany, but only those for which the query known finds nothing. In known, v is the row that is about
// to be written; rows of one call do not see each other. Columns are text where no type is named, as in "at BIGINT".
func InsertNew(ctx context.Context, tx *Tx, table string, columns []string, known string, rows [][]any) error {
	names, kinds, given := make([]string, len(columns)), make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		names[i], kinds[i], _ = strings.Cut(c, " ")
		if kinds[i] == "" {
			kinds[i] = "TEXT"
		}
		given[i] = fmt.Sprintf("column%d AS %s", i+1, names[i])
	}
	list, as := strings.Join(names, ", "), strings.Join(given, ", ")
	for len(rows) > 0 {
		n := portion(len(rows))
		args := make([]any, 0, n*len(columns))
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		query := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM (SELECT %s FROM (VALUES %s) AS given) v WHERE NOT EXISTS (%s)", table, list, list, as, typed(n, kinds), known)
		if err := tx.Queue(ctx, nil, query, args...); err != nil {
			return fmt.Errorf("insert into %s: %w", table, err)
		}
		rows = rows[n:]
	}
	return nil
}

// portion is how many of n rows the next statement takes.
func portion(n int) int {
	for _, size := range []int{128, 16, 4, 2} {
		if n >= size {
			return size
		}
	}
	return 1
}

// typed are placeholders with the types of their columns, which nothing else tells a server.
func typed(rows int, kinds []string) string {
	all := make([]string, rows)
	for r := range all {
		marks := make([]string, len(kinds))
		for i, kind := range kinds {
			marks[i] = fmt.Sprintf("CAST($%d AS %s)", r*len(kinds)+i+1, kind)
		}
		all[r] = "(" + strings.Join(marks, ", ") + ")"
	}
	return strings.Join(all, ", ")
}

var placeholderTexts sync.Map

func placeholders(rows, columns int) string {
	if s, ok := placeholderTexts.Load([2]int{rows, columns}); ok {
		return s.(string)
	}
	var b strings.Builder
	for n := range rows * columns {
		switch {
		case n == 0:
			b.WriteString("(")
		case n%columns == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", n+1)
	}
	b.WriteString(")")
	placeholderTexts.Store([2]int{rows, columns}, b.String())
	return b.String()
}

// Listed is a list of values after IN, such as "($1, $2)", with its arguments. It is filled up to a power of two with the
// last value, so that few texts are prepared. values must not be empty.
func Listed(values []string) (string, []any) {
	n := 1
	for n < len(values) {
		n *= 2
	}
	marks, args := make([]string, n), make([]any, n)
	for i := range n {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), values[min(i, len(values)-1)]
	}
	return "(" + strings.Join(marks, ", ") + ")", args
}
