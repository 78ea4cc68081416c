package command

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"yiwang/internal/platform/db"
)

// used is processor time that was spent on something: of this process, and of the database server beside it where there is one.
type used struct {
	program, server time.Duration
	apart           bool // the database is a server on this machine, whose time is known
}

// usedBy measures what fn takes.
func usedBy(ctx context.Context, d *db.DB, fn func() error) (u used, err error) {
	server, apart, err := serverCPU(ctx, d)
	if err != nil {
		return u, err
	}
	program := usedCPU()
	if err := fn(); err != nil {
		return u, err
	}
	u.program = usedCPU() - program
	after, still, err := serverCPU(ctx, d)
	if apart && still {
		u.apart, u.server = true, after-server
	}
	return u, err
}

// perPoint says what of it a point took.
func (u used) perPoint(points int64) string { return u.per(points, "point", time.Microsecond, "µs") }

// perLife says what of it a life of a case took.
func (u used) perLife(lives int64) string { return u.per(lives, "life", time.Millisecond, "ms") }

func (u used) per(n int64, what string, unit time.Duration, name string) string {
	each := func(d time.Duration) float64 { return float64(d) / float64(unit) / float64(max(n, 1)) }
	if u.apart {
		return fmt.Sprintf("database CPU %.2f %s a %s, program %.2f %s", each(u.server), name, what, each(u.program), name)
	}
	return fmt.Sprintf("CPU %.2f %s a %s, database and program in one process", each(u.program), name, what)
}

// serverCPU is the processor time that the PostgreSQL server of a database has used so far: its first process, those that serve
// connections and work beside them, and those that have ended. ok is false for SQLite, whose work is this process's own, and for a
// server on another machine.
func serverCPU(ctx context.Context, d *db.DB) (sum time.Duration, ok bool, err error) {
	if d.Dialect() != db.Postgres {
		return 0, false, nil
	}
	pid := 0
	if err := d.Read(ctx, func(tx *db.Tx) (err error) {
		pid, err = db.Get[int](ctx, tx, "SELECT pg_backend_pid()")
		return err
	}); err != nil {
		return 0, false, err
	}
	backend, found := processOf(pid)
	if !found || backend.name != "postgres" {
		return 0, false, nil
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, false, err
	}
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		p, found := processOf(n)
		switch {
		case found && n == backend.parent:
			sum += p.own + p.children
		case found && p.parent == backend.parent:
			sum += p.own
		}
	}
	return sum, true, nil
}

// process is what the system tells of one: its processor time, and that of the children which it has seen end.
type process struct {
	name          string
	parent        int
	own, children time.Duration
}

// processOf reads it from /proc, in steps of a hundredth of a second; found is false where there is none.
func processOf(pid int) (p process, found bool) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return p, false
	}
	head, rest, ok := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 15 {
		return p, false
	}
	_, p.name, _ = strings.Cut(head, "(")
	number := func(n int) int64 { v, _ := strconv.ParseInt(fields[n], 10, 64); return v }
	const ticks = 100 // a second, as Linux tells it to programs
	span := func(n int) time.Duration { return time.Duration(number(n)+number(n+1)) * time.Second / ticks }
	p.parent, p.own, p.children = int(number(1)), span(11), span(13)
	return p, true
}
