package ballast

import (
	"context"
	"fmt"
	"time"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/words"
)

// The words of open cases: what, where, and who leads.
var (
	openTitles = []string{"井盖破损", "垃圾清运不及时", "占道经营", "噪声扰民", "树木倒伏", "下水道堵塞", "电动车乱停", "墙面小广告"}
	openPlaces = []string{"滨河步道", "农贸市场东门", "学校南侧", "地铁站二号口", "小区北门", "公交首末站"}
	openStates = []string{"reported", "filed", "dispatched", "signed", "handling", "checking"}
)

const (
	// openLot is how many open cases one transaction adds.
	openLot = 2_000
	// openEvery is how far apart they were reported.
	openEvery = 4 * time.Minute
	// dueWithin is the span of hours over which their due times are spread, some of them past.
	dueWithin = 400
)

// Open adds n cases that are being worked on, with the bits of their words: spread over areas, the units that lead them, and due
// times before and after now; numbers start after from. They have no steps and no clocks: they are there for lists.
func Open(ctx context.Context, d *db.DB, areas, units []string, from, n int) error {
	for start := from; start < from+n; start += openLot {
		err := d.Tx(ctx, func(tx *db.Tx) error {
			version, err := workflowInForce(ctx, tx)
			if err != nil {
				return err
			}
			var files, bits [][]any
			for i := start; i < min(start+openLot, from+n); i++ {
				file, sign := openCase(tx.Now(), version, areas, units, i)
				files, bits = append(files, file), append(bits, sign)
			}
			err = db.InsertMany(ctx, tx, "case_file", `id, number, workflow, state, channel, title, body, category, area_code, area_name, address, lat, lon, level, holder,
				lead_unit, lead_name, first_unit, stage, due_at, warn_at, reported_at, changed_at, version, urgent, returns`, "", files)
			if err != nil {
				return err
			}
			return db.InsertMany(ctx, tx, "case_words", "case_id, w0, w1, w2, w3, w4, w5, w6, w7", "", bits)
		})
		if err != nil {
			return fmt.Errorf("open cases: %w", err)
		}
	}
	return nil
}

func openCase(now time.Time, version int, areas, units []string, i int) (file, bits []any) {
	id := fmt.Sprintf("00000000-0000-7001-8000-%012d", i)
	what, where, state := openTitles[i%len(openTitles)], openPlaces[i%len(openPlaces)], openStates[i/7%len(openStates)]
	area, side := i*577%len(areas), fields(areas)
	said := where + what + "，已经好几天了"
	lead := ""
	if state != "reported" && state != "filed" {
		lead = units[i%len(units)]
	}
	reported := now.Add(-time.Duration(i%10_000) * openEvery).UnixMilli()
	due := now.Add(time.Duration(i*7919%dueWithin-dueWithin/8) * time.Hour).UnixMilli()
	file = []any{id, fmt.Sprintf("O%d", i), version, state, "hotline", what, said, fmt.Sprintf("1401%02d", i%9+1), areas[area], "某街道 某社区", where, south + area/side*(tall/side) + i*7919%(tall/side), west + area%side*(wide/side) + i*104_729%(wide/side), "street", lead,
		lead, "", lead, "handle", due, due - 3_600_000, reported, reported + 60_000, 3, i%50 == 0, i % 40 / 39}
	s := words.Sign(what + "\n" + where + "\n" + said)
	return file, []any{id, s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]}
}
