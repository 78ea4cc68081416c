package patrol

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
	"yiwang/internal/track"
)

func TestJournal_RowsAreReadAsTheyWereWrittenWhateverTheIds(t *testing.T) {
	t.Parallel()
	point, _ := track.At(1_764_000_000_000, 32.06, 118.77)
	points := []track.Point{point}
	const usual = "0199d2a4-7c1e-7abc-8def-001122334455"
	type line struct{ officer, session string }
	lines := []line{{usual, "0199d2a4-7c1e-7abc-8def-ffffffffffff"}, {"officer00001", usual}, {usual, "s"}, {strings.ToUpper(usual), usual}, {"0199d2a47c1e-7abc-8def-00112233445-5", usual}}
	var batch []*entry
	for _, l := range lines {
		batch = append(batch, &entry{parts: []part{{session: Session{ID: l.session, OfficerID: l.officer}, points: points}}})
	}
	read := func(b []byte) (got []line) {
		t.Helper()
		err := eachEntry(b, func(officer, session string, back []track.Point) error {
			got = append(got, line{officer, session})
			if !slices.Equal(back, points) {
				t.Errorf("points %v", back)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	row := encodeEntries(batch)
	if got := read(row); !slices.Equal(got, lines) {
		t.Errorf("read %v", got)
	}
	var before []byte // as rows were written until ids had a short form
	for _, text := range [][]byte{[]byte(usual), []byte("s"), track.Encode(points)} {
		before = append(binary.AppendUvarint(before, uint64(len(text))), text...)
	}
	if got := read(before); !slices.Equal(got, []line{{usual, "s"}}) {
		t.Errorf("read %v of an old row", got)
	}
	for n := range row {
		err := eachEntry(row[:n], func(string, string, []track.Point) error { return nil })
		if err != nil && !errors.Is(err, errJournal) {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
}

func TestJournal_PostgresKeepsItsRowsAsTheyAre(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		if d.Dialect() != db.Postgres {
			t.Skip("nothing is compressed on SQLite")
		}
		open(t, d, c).stop()
		open(t, d, c).stop() // finds it done
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			how, err := db.Get[string](t.Context(), tx, "SELECT CAST(attstorage AS TEXT) FROM pg_attribute WHERE attrelid = CAST('track_journal' AS regclass) AND attname = 'data'")
			if how != "e" {
				t.Errorf("storage %q", how)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
