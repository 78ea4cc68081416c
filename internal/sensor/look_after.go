package sensor

import (
	"context"
	"fmt"

	"yiwang/internal/alarm"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// LookAfter does what time alone brings: a sensor that is silent too long is offline, and a rule whose metric lies beyond for
// long enough trips although no further reading came. The program calls it every quarter of a minute.
func (s *Service) LookAfter(ctx context.Context) error {
	if err := s.DB.Tx(ctx, func(tx *db.Tx) error { return s.missSilent(ctx, tx) }); err != nil {
		return err
	}
	after := watch{}
	for more := true; more; {
		if err := s.DB.Tx(ctx, func(tx *db.Tx) (err error) {
			more, err = s.ripen(ctx, tx, &after)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// portion is how many sensors one transaction looks after.
const portion = 500

func (s *Service) missSilent(ctx context.Context, tx *db.Tx) error {
	if err := tx.Turn(ctx, "sensor_look_after"); err != nil {
		return err
	}
	silent, err := db.All[Sensor](ctx, tx, whole+fmt.Sprintf(" WHERE NOT t.offline AND t.seen_at IS NOT NULL AND t.seen_at < $1 - s.silent_after * CAST(60000 AS BIGINT) AND s.state = 'in_use' ORDER BY s.id LIMIT %d", portion), tx.Now().UnixMilli())
	for i := 0; err == nil && i < len(silent); i++ {
		x := &silent[i]
		if _, err = tx.Exec(ctx, "UPDATE sensor_state SET offline = TRUE WHERE sensor_id = $1", x.ID); err != nil {
			break
		}
		_, _, err = s.Alarms.RaiseTx(ctx, tx, alarm.Raise{Source: source, Subject: x.ID, Kind: "offline", Severity: alarm.Minor, AreaCode: x.AreaCode, SubjectName: x.Name, Title: "设备离线：" + x.Name,
			Detail: "最后一次上报" + x.SeenAt.In(clock.Nanjing).Format("1月2日 15:04"), Link: "/sensors/" + x.ID, Lat: x.Lat, Lon: x.Lon})
	}
	return err
}

// ripen trips the rules that are pending long enough, of a portion behind after, which it moves on; more reports that others
// follow. However many wait that cannot trip, such as those of silent sensors, it comes to all.
func (s *Service) ripen(ctx context.Context, tx *db.Tx, after *watch) (more bool, err error) {
	if err := tx.Turn(ctx, "sensor_look_after"); err != nil {
		return false, err
	}
	pending, err := db.All[watch](ctx, tx, "SELECT "+watchColumns+` FROM sensor_watch WHERE since IS NOT NULL AND NOT active
		AND (sensor_id > $1 OR sensor_id = $1 AND rule_id > $2) ORDER BY sensor_id, rule_id LIMIT $3`, after.SensorID, after.RuleID, portion)
	if err != nil || len(pending) == 0 {
		return false, err
	}
	rules, err := db.All[Rule](ctx, tx, "SELECT "+ruleColumns+" FROM sensor_rule WHERE enabled ORDER BY id LIMIT 1000")
	if err != nil {
		return false, err
	}
	by := map[string]*Rule{}
	for i := range rules {
		by[rules[i].ID] = &rules[i]
	}
	for i := range pending {
		w := &pending[i]
		r := by[w.RuleID]
		if r == nil || !r.ripe(w, tx.Now()) {
			continue
		}
		if err := s.tripLater(ctx, tx, r, w); err != nil {
			return false, err
		}
	}
	*after = pending[len(pending)-1]
	return len(pending) == portion, nil
}

// tripLater trips a pending rule, unless its sensor rests or is silent, or a call took it further at this moment.
func (s *Service) tripLater(ctx context.Context, tx *db.Tx, r *Rule, w *watch) error {
	x, err := db.Get[Sensor](ctx, tx, whole+" WHERE s.id = $1", w.SensorID)
	if err != nil || x.State != InUse || x.Offline || !r.holdsFor(&x) {
		return err
	}
	w.Active, w.Number = true, db.NewID(tx)
	n, err := tx.Exec(ctx, "UPDATE sensor_watch SET active = TRUE, number = $1 WHERE sensor_id = $2 AND rule_id = $3 AND NOT active AND at = $4 AND times = $5", w.Number, w.SensorID, w.RuleID, w.At, w.Times)
	if err != nil || n == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE sensor_state SET active = active + 1 WHERE sensor_id = $1", w.SensorID); err != nil {
		return err
	}
	return s.raise(ctx, tx, &x, ofRule(r, w), w.Number, true)
}
