package db

import "context"

// Hold takes a name that one server of a database can have at a time, until release or the end of the process; held is false if
// another has it. A machine that vanished loses it within half a minute. It keeps a connection. On SQLite there is one server.
func (d *DB) Hold(ctx context.Context, name string) (release func(), held bool, err error) {
	if d.dialect == SQLite {
		return func() {}, true, nil
	}
	conn, err := d.read.Conn(ctx)
	if err != nil {
		return nil, false, err
	}
	let := func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock_all()") // a connection that is gone holds nothing
		_ = conn.Close()
	}
	for _, keep := range []string{"SET tcp_keepalives_idle = 10", "SET tcp_keepalives_interval = 5", "SET tcp_keepalives_count = 3"} {
		if _, err := conn.ExecContext(ctx, keep); err != nil {
			let()
			return nil, false, err
		}
	}
	if err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", lockKey(name)).Scan(&held); err != nil || !held {
		let()
		return nil, false, err
	}
	return let, true, nil
}
