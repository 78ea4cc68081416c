// Package ballast fills the tables of cases for load tests and writes their rows without any rule, as the yardstick of
// what the engine reaches. Nothing of the product uses it.
package ballast

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"yiwang/internal/platform/db"
)

// inForce is the version of the workflow that cases come in under.
const inForce = "(SELECT MAX(version) FROM case_workflow)"

func workflowInForce(ctx context.Context, tx *db.Tx) (int, error) {
	return db.Get[int](ctx, tx, "SELECT MAX(version) FROM case_workflow")
}

// Fill adds n archived cases to the district, each with three steps, two clocks, a reporter and the bits of its words, spread
// over areas and the days before now. It works in portions of its own transactions, on PostgreSQL two at a time; numbers
// start after from. An owner of the PostgreSQL server fills without the checks of foreign keys.
func Fill(ctx context.Context, d *db.DB, areas []string, unit string, from, n int, progress func(done int)) error {
	const portion = 20_000
	hands := 1
	if d.Dialect() == db.Postgres {
		hands = 2
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	var failed error
	next, done := 0, 0
	for range hands {
		all.Go(func() {
			for {
				mu.Lock()
				start := next
				next += portion
				stop := failed != nil || start >= n
				mu.Unlock()
				if stop {
					return
				}
				size := min(portion, n-start)
				err := d.Tx(ctx, func(tx *db.Tx) error { return portionOf(ctx, tx, areas, unit, from+start, size) })
				mu.Lock()
				failed = errors.Join(failed, err)
				done += size
				progress(done)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return failed
}

// Where cases lie, in 1e-7 degrees: about nine kilometres each way, chequered with a field for each area.
const (
	south, tall = 320_300_000, 900_000
	west, wide  = 1_187_200_000, 800_000
)

// fields is into how many rows and columns so many areas lay the district out.
func fields(areas []string) int { return int(math.Ceil(math.Sqrt(float64(len(areas))))) }

// numbers is a list of the whole numbers from $1 up to but without $2 with the area of each, in the words of the engine.
func numbers(dialect db.Dialect, areas []string) string {
	list := make([]string, len(areas))
	for i, a := range areas {
		list[i] = fmt.Sprintf("(%d, '%s')", i, a)
	}
	places := "(VALUES " + strings.Join(list, ", ") + ") p"
	if dialect == db.Postgres {
		return fmt.Sprintf("(SELECT g AS n, p.column2 AS area FROM generate_series(CAST($1 AS BIGINT), CAST($2 AS BIGINT) - 1) g JOIN %s ON p.column1 = g %% %d) x", places, len(areas))
	}
	return fmt.Sprintf("(WITH RECURSIVE s(n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < $2) SELECT n, p.column2 AS area FROM s JOIN %s ON p.column1 = n %% %d) x", places, len(areas))
}

func portionOf(ctx context.Context, tx *db.Tx, areas []string, unit string, from, size int) error {
	if err := unchecked(ctx, tx); err != nil {
		return err
	}
	rows := numbers(tx.Dialect(), areas)
	side := fields(areas)
	place := func(edge int, field string, step, prime int) string {
		return fmt.Sprintf("(%d + (n %% %d) %s %d * %d + n * %d %% %d)", edge, len(areas), field, side, step, prime, step)
	}
	lat, lon := place(south, "/", tall/side, 7919), place(west, "%", wide/side, 104_729)
	id := "'00000000-0000-7000-8000-' || substr(CAST(1000000000000 + n AS TEXT), 2)"
	at := fmt.Sprintf("(%d - (n %% 8640) * 600000)", tx.Now().Add(-time.Hour).UnixMilli())
	said, kOf := texts()
	for _, statement := range []string{
		`INSERT INTO case_file (id, number, workflow, state, channel, title, body, category, area_code, area_name, address, lat, lon, level, lead_unit, lead_name, first_unit, dispatches,
			result, outcome, reply, satisfaction, reported_at, accepted_at, filed_at, dispatched_at, signed_at, handled_at, checked_at, closed_at, ended_at, changed_at, version)
		SELECT ` + id + `, 'B' || n, ` + inForce + `, 'archived', 'hotline', title, body, '140101', area, '某街道 某社区', address, ` + lat + `, ` + lon + `, 'street', '` + unit + `', '建设局', '` + unit + `', 1,
			'resolved', '灯具已更换', '路灯已修好', 'satisfied', ` + at + `, ` + at + ` + 60000, ` + at + ` + 120000, ` + at + ` + 180000, ` + at + ` + 240000, ` + at + ` + 300000, ` + at + ` + 360000, ` + at + ` + 420000, ` + at + ` + 480000, ` + at + ` + 480000, 8
		FROM ` + rows + ` JOIN ` + said + ` ON t.k = ` + kOf,
		`INSERT INTO case_history (id, case_id, at, actor_id, actor_name, actor_unit, action, from_state, to_state, level, for_unit, for_name)
		SELECT ` + id + ` || '-' || k, ` + id + `, ` + at + ` + k * 60000, 'desk', '坐席', '` + unit + `', 'dispatch', 'filed', 'dispatched', 'street', '` + unit + `', '建设局'
		FROM ` + rows + `, (SELECT 1 AS k UNION ALL SELECT 2 UNION ALL SELECT 3) y`,
		`INSERT INTO case_clock (id, case_id, kind, level, unit_id, area_code, started_at, limit_n, limit_unit, calendar, due_at, stopped_at, outcome)
		SELECT ` + id + ` || '-' || k, ` + id + `, 'handle', 'street', '` + unit + `', area, ` + at + `, 3, 'work_day', '2026', ` + at + ` + 86400000, ` + at + ` + 300000, 'met'
		FROM ` + rows + `, (SELECT 1 AS k UNION ALL SELECT 2) y`,
		`INSERT INTO case_reporter (id, case_id, channel, words, at) SELECT ` + id + ` || '-r', ` + id + `, 'hotline', '路灯不亮', ` + at + ` FROM ` + rows,
		"INSERT INTO case_words (case_id, w0, w1, w2, w3, w4, w5, w6, w7) SELECT " + id + ", w0, w1, w2, w3, w4, w5, w6, w7 FROM " + rows + " JOIN " + said + " ON t.k = " + kOf,
	} {
		if _, err := tx.Exec(ctx, statement, from, from+size); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
	}
	return nil
}

// unchecked leaves the checks of foreign keys out for the rest of the transaction where the server lets us: they would be
// most of the work.
func unchecked(ctx context.Context, tx *db.Tx) error {
	if tx.Dialect() != db.Postgres {
		return nil
	}
	owner, err := Owner(ctx, tx)
	if err != nil || !owner {
		return err
	}
	_, err = tx.Exec(ctx, "SET LOCAL session_replication_role = replica")
	return err
}

// Owner reports whether the caller may do everything on the PostgreSQL server.
func Owner(ctx context.Context, tx *db.Tx) (bool, error) {
	return db.Get[bool](ctx, tx, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
}

// Raw is the yardstick: the rows that creating, dispatching and handling a case writes, by bare statements in the same
// three transactions, and the read of one case. n names the case and must be new.
func Raw(ctx context.Context, d *db.DB, area, unit string, n int64) error {
	id := fmt.Sprintf("raw-%012d", n)
	for step, update := range []string{
		"",
		"UPDATE case_file SET state = 'dispatched', lead_unit = $1, holder = $1, stage = 'sign', due_at = $2, changed_at = $2, version = version + 1 WHERE id = $3 AND version = $4",
		"UPDATE case_file SET state = 'checking', lead_unit = $1, holder = '', stage = 'check', due_at = $2, handled_at = $2, version = version + 1 WHERE id = $3 AND version = $4",
	} {
		err := d.Tx(ctx, func(tx *db.Tx) error {
			now := tx.Now().UnixMilli()
			if step == 0 {
				if err := rawCase(ctx, tx, id, area, now); err != nil {
					return err
				}
			} else if _, err := tx.Exec(ctx, update, unit, now, id, step); err != nil {
				return err
			}
			return rawTrail(ctx, tx, id, area, unit, step, now)
		})
		if err != nil {
			return err
		}
	}
	return d.Read(ctx, func(tx *db.Tx) error {
		_, err := db.Get[string](ctx, tx, "SELECT state FROM case_file WHERE id = $1", id)
		return err
	})
}

func rawCase(ctx context.Context, tx *db.Tx, id, area string, now int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO case_file (id, number, workflow, state, channel, title, body, category, area_code, level, reported_at, changed_at, due_at, stage, holder)
		VALUES ($1, $1, `+inForce+`, 'filed', 'hotline', '路灯不亮', '三盏路灯都不亮', '140101', $2, 'street', $3, $3, $3, 'dispatch', $2)`, id, area, now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO case_reporter (id, case_id, channel, words, at) VALUES ($1, $1, 'hotline', '路灯不亮', $2)", id, now)
	return err
}

func rawTrail(ctx context.Context, tx *db.Tx, id, area, unit string, step int, now int64) error {
	row := fmt.Sprintf("%s-%d", id, step)
	for _, statement := range []struct {
		sql  string
		args []any
	}{
		{"UPDATE case_clock SET stopped_at = $1, outcome = 'met', next_at = NULL WHERE case_id = $2 AND stopped_at IS NULL", []any{now, id}},
		{`INSERT INTO case_clock (id, case_id, kind, level, unit_id, area_code, started_at, limit_n, limit_unit, calendar, due_at, next_at)
			VALUES ($1, $2, 'handle', 'street', $3, $4, $5, 3, 'work_day', '2026', $5, $5)`, []any{row, id, unit, area, now + 86400000}},
		{`INSERT INTO case_history (id, case_id, at, actor_id, actor_name, action, to_state, for_unit) VALUES ($1, $2, $3, 'desk', '坐席', 'dispatch', 'dispatched', $4)`, []any{row, id, now, unit}},
		{`INSERT INTO audit_entry (id, at, actor_id, actor_name, request_id, address, action, object, object_id, area, detail)
			VALUES ($1, $2, 'desk', '坐席', '', '', 'cases.dispatch', 'case', $3, $4, '{}')`, []any{row, now, id, area}},
		{"INSERT INTO outbox (id, topic, subject, payload, actor, state, due_at, created_at) VALUES ($1, 'bench', $2, '{}', 'desk', 'done', $3, $3)", []any{row, id, now}},
	} {
		if _, err := tx.Exec(ctx, statement.sql, statement.args...); err != nil {
			return err
		}
	}
	return nil
}
