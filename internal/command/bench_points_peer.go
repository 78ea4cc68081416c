package command

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/track"
	"yiwang/internal/track/tracktest"
)

// The peer keeps positions as Traccar does by its published schema: a row each in one relational table with a number of its own, the
// three times, the place, what the device said as JSON text, and an index by device and time. It is given the easier half of what such
// a server does: no HTTP, and the rows of a second share a commit.
const (
	peerOfficers = 20
	peerCommit   = 160 // rows: what 1,600 officers send in a second at ten seconds each
)

// The columns and their order are those of the table tc_positions as Traccar documents it.
var peerTable = []string{
	`CREATE TABLE bench_tc_positions (id BIGINT PRIMARY KEY, protocol VARCHAR(128), deviceid BIGINT NOT NULL, servertime TIMESTAMP NOT NULL, devicetime TIMESTAMP NOT NULL,
		fixtime TIMESTAMP NOT NULL, valid BOOLEAN NOT NULL, latitude DOUBLE PRECISION NOT NULL, longitude DOUBLE PRECISION NOT NULL, altitude DOUBLE PRECISION NOT NULL,
		speed DOUBLE PRECISION NOT NULL, course DOUBLE PRECISION NOT NULL, address VARCHAR(512), attributes VARCHAR(4000), accuracy DOUBLE PRECISION NOT NULL,
		network VARCHAR(4000), geofenceids VARCHAR(128))`,
	"CREATE INDEX bench_tc_positions_device ON bench_tc_positions (deviceid, fixtime)",
}

const peerColumns = "id, protocol, deviceid, servertime, devicetime, fixtime, valid, latitude, longitude, altitude, speed, course, attributes, accuracy"

// peerPosition is a row as it is read back and answered.
type peerPosition struct {
	ID         int64   `db:"id" json:"id"`
	Protocol   string  `db:"protocol" json:"protocol"`
	DeviceID   int64   `db:"deviceid" json:"deviceId"`
	FixTime    string  `db:"fixtime" json:"fixTime"`
	Latitude   float64 `db:"latitude" json:"latitude"`
	Longitude  float64 `db:"longitude" json:"longitude"`
	Speed      float64 `db:"speed" json:"speed"`
	Course     float64 `db:"course" json:"course"`
	Accuracy   float64 `db:"accuracy" json:"accuracy"`
	Attributes string  `db:"attributes" json:"attributes"`
}

// stored is what keeping and reading a shift took.
type stored struct {
	points      int64
	used        used
	took        time.Duration // keeping all
	bytes       float64       // a point on disk
	replay      time.Duration // one officer's shift, the mean of some
	replayBytes int
}

// storePeer keeps the shift of some of the officers in the table of the peer and reads it back.
func storePeer(ctx context.Context, d *db.DB, start time.Time) (out stored, err error) {
	if err := d.Tx(ctx, func(tx *db.Tx) error {
		for _, statement := range peerTable {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return out, err
	}
	before, err := peerSize(ctx, d)
	if err != nil {
		return out, err
	}
	rows := peerRows(start)
	begun := clock.System.Now()
	out.points = int64(len(rows))
	out.used, err = usedBy(ctx, d, func() error {
		for batch := range slices.Chunk(rows, peerCommit) {
			if err := d.Tx(ctx, func(tx *db.Tx) error { return db.InsertMany(ctx, tx, "bench_tc_positions", peerColumns, "", batch) }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	out.took = clock.System.Now().Sub(begun)
	after, err := peerSize(ctx, d)
	if err != nil {
		return out, err
	}
	out.bytes = float64(after-before) / float64(len(rows))
	return out, out.readPeer(ctx, d, start)
}

// peerRows are the rows in the order in which they come: everybody's first position, then everybody's second.
func peerRows(start time.Time) (rows [][]any) {
	steps := int(storedShift / storedStep)
	tracks := make([][]track.Point, peerOfficers)
	for n := range tracks {
		tracks[n] = tracktest.Walk(uint64(n), steps, storedStep.Milliseconds(), start.UnixMilli()+1)
	}
	const layout = "2006-01-02 15:04:05.999"
	for i := range steps {
		for n := range tracks {
			p := &tracks[n][i]
			lat, lon := p.Degrees()
			at := time.UnixMilli(p.At).UTC().Format(layout)
			rows = append(rows, []any{int64(len(rows) + 1), "osmand", int64(n + 1), at, at, at, true, lat, lon, 0.0, float64(p.Speed) / 10 * 1.94384, float64(p.Heading),
				fmt.Sprintf(`{"batteryLevel":%d.0,"distance":%.2f,"totalDistance":%.2f,"motion":true}`, p.Battery, 13.2, float64(i)*13.2), float64(p.Accuracy)})
		}
	}
	return rows
}

// readPeer reads the shift of each officer as the peer answers it: rows as JSON.
func (out *stored) readPeer(ctx context.Context, d *db.DB, start time.Time) error {
	const layout = "2006-01-02 15:04:05"
	begun := clock.System.Now()
	for n := range peerOfficers {
		if err := d.Read(ctx, func(tx *db.Tx) error {
			list, err := db.All[peerPosition](ctx, tx, `SELECT id, protocol, deviceid, CAST(fixtime AS TEXT) AS fixtime, latitude, longitude, speed, course, accuracy, attributes
				FROM bench_tc_positions WHERE deviceid = $1 AND fixtime BETWEEN $2 AND $3 ORDER BY fixtime`, int64(n+1), start.UTC().Format(layout), start.Add(storedShift+time.Hour).UTC().Format(layout))
			if err != nil {
				return err
			}
			b, err := json.Marshal(list)
			out.replayBytes = len(b)
			return err
		}); err != nil {
			return err
		}
	}
	out.replay = clock.System.Now().Sub(begun) / peerOfficers
	return nil
}

// peerSize is what the table of the peer and its indexes take on disk.
func peerSize(ctx context.Context, d *db.DB) (n int64, err error) {
	if d.Dialect() == db.SQLite {
		return sizeOf(ctx, d)
	}
	err = d.Read(ctx, func(tx *db.Tx) (err error) {
		n, err = db.Get[int64](ctx, tx, "SELECT COALESCE(SUM(pg_total_relation_size(oid)), 0) FROM pg_class WHERE relname = 'bench_tc_positions'")
		return err
	})
	return n, err
}

// compare prints ours, the peer's, and how many times the one goes into the other.
func compare(w io.Writer, ours, peer stored) error {
	rate := func(s stored) float64 { return float64(s.points) / s.took.Seconds() }
	per := func(s stored) float64 {
		d := s.used.program
		if s.used.apart {
			d = s.used.server
		}
		return float64(d.Nanoseconds()) / float64(s.points)
	}
	_, err := fmt.Fprintf(w, "store: %d points, %.0f a second, %s, %.1f bytes on disk; a shift of one officer read in %s, %.1f kB\n"+
		"peer, a row per point as Traccar keeps it, %d rows a commit, no HTTP: %d points, %.0f a second, %s, %.1f bytes; a shift in %s, %.1f kB\n"+
		"ours against the peer: %.1f times the rate, 1/%.1f of the database's CPU, 1/%.1f of the disk, 1/%.1f of the time and 1/%.1f of the bytes of a replay\n",
		ours.points, rate(ours), ours.used.perPoint(ours.points), ours.bytes, ours.replay.Round(10*time.Microsecond), float64(ours.replayBytes)/1000,
		peerCommit, peer.points, rate(peer), peer.used.perPoint(peer.points), peer.bytes, peer.replay.Round(10*time.Microsecond), float64(peer.replayBytes)/1000,
		rate(ours)/rate(peer), per(peer)/per(ours), peer.bytes/ours.bytes, float64(peer.replay)/float64(ours.replay), float64(peer.replayBytes)/float64(ours.replayBytes))
	return err
}
