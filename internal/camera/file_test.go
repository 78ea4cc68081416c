package camera

import (
	"strings"
	"testing"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

const register = "国标编号,名称,类型,区划编码,朝向,HLS地址,抓图地址,状态\n" +
	"32010600001320000001,甲路口,枪机,320106001,90,synthetic://1/live.m3u8,synthetic://1/picture.jpg,\n" +
	"32010600001320000002,乙路口,球机,320106002,,,,停用\n" +
	"123,丙路口,枪机,320106001,,,,\n" +
	"32010600001320000004,丁路口,望远镜,320106001,,,,\n" +
	"32010600001320000005,戊路口,半球,999,,,,\n" +
	"32010600001320000006,己路口,半球,320106001,,http://169.254.169.254/x,,\n"

func TestImport_GoodRowsAreTakenBadOnesNamedAndADryRunLeavesNothing(t *testing.T) {
	eachHouse(t, func(t *testing.T, s *Service, _ *media, _ *clock.Fake) {
		dry, err := s.Import(as("centre"), strings.NewReader(register), true)
		if err != nil || dry.Added != 2 || dry.Rejected != 4 {
			t.Fatalf("dry: %+v, %v", dry, err)
		}
		if list, err := s.List(as("centre"), Filter{}, httpx.PageIn{Limit: 9}); err != nil || list.Total != 0 {
			t.Fatalf("a dry run left %d", list.Total)
		}
		got, err := s.Import(as("centre"), strings.NewReader(register), false)
		if err != nil || got.Added != 2 || got.Accepted != 2 || len(got.Errors) != 4 {
			t.Fatalf("import: %+v, %v", got, err)
		}
		where := map[int]string{}
		for _, e := range got.Errors {
			where[e.Row] = e.Column
			if e.Reason == "" {
				t.Errorf("row %d has no reason", e.Row)
			}
		}
		if where[4] != "国标编号" || where[5] != "类型" || where[7] != "HLS地址" {
			t.Errorf("columns of what is wrong: %v", where)
		}
		_, err = s.Import(as("street1"), strings.NewReader(register), true)
		wantCode(t, err, "auth.no_permission")
		if got, err := s.Import(as("street2"), strings.NewReader(register), true); err != nil || got.Changed != 1 || got.Added != 0 || got.Rejected != 5 {
			t.Errorf("another street: %+v, %v", got, err)
		}
	})
}

func TestExport_ReadsBackAndHidesAddressesFromWhoDoesNotKeepTheRegister(t *testing.T) {
	eachHouse(t, func(t *testing.T, s *Service, m *media, _ *clock.Fake) {
		if _, err := s.Add(as("centre"), m.spec()); err != nil {
			t.Fatal(err)
		}
		for _, format := range []sheet.Format{sheet.CSV, sheet.XLSX} {
			file, err := s.Export(as("centre"), Filter{}, format)
			if err != nil {
				t.Fatal(err)
			}
			back, err := s.Import(as("centre"), file, false)
			if err != nil || back.Changed != 1 || back.Rejected != 0 {
				t.Fatalf("%s read back: %+v, %v", format, back, err)
			}
		}
		file, err := s.Export(as("street1"), Filter{}, sheet.CSV)
		if err != nil || strings.Contains(file.String(), "127.0.0.1") || !strings.Contains(file.String(), number) {
			t.Fatalf("a reader gets %s, %v", file, err)
		}
		if back, err := s.Import(as("centre"), file, false); err != nil || back.Changed != 1 {
			t.Fatalf("%+v, %v", back, err)
		}
		list, err := s.List(as("centre"), Filter{}, httpx.PageIn{Limit: 5})
		if err != nil || list.Items[0].WHEP == "" || len(list.Items[0].Masks.V) != 1 || list.Items[0].AreaName != "一街道" {
			t.Errorf("what the file leaves open is lost: %+v, %v", list.Items, err)
		}
	})
}

func TestRegister_RetiredCamerasAreListedForWhoKeepsItAndStandOnNoMap(t *testing.T) {
	eachHouse(t, func(t *testing.T, s *Service, m *media, _ *clock.Fake) {
		in := m.spec()
		in.Lat, in.Lon = new(float64), new(float64)
		*in.Lat, *in.Lon = 32.05, 118.75
		x, err := s.Add(as("centre"), in)
		if err != nil {
			t.Fatal(err)
		}
		dots := func(b httpx.ViewIn) int {
			t.Helper()
			list, err := s.Dots(as("street1"), Filter{}, b)
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		if a, b, c := dots(httpx.ViewIn{}), dots(httpx.ViewIn{West: 118.7, South: 32, East: 118.8, North: 32.1}), dots(httpx.ViewIn{West: 118.8, South: 32, East: 118.9, North: 32.1}); a != 1 || b != 1 || c != 0 {
			t.Errorf("on the map: %d, %d, %d", a, b, c)
		}
		_, err = s.Dots(as("street1"), Filter{}, httpx.ViewIn{West: 2, East: 1, North: 1})
		wantCode(t, err, "camera.bad_box")
		in.State, in.Version = Retired, x.Version
		if _, err := s.Change(as("centre"), x.ID, in); err != nil {
			t.Fatal(err)
		}
		for who, want := range map[string]int{"centre": 1, "street1": 0} {
			if list, err := s.List(as(who), Filter{State: Retired}, httpx.PageIn{Limit: 5}); err != nil || list.Total != want {
				t.Errorf("%s sees %d retired, %v", who, list.Total, err)
			}
		}
		if dots(httpx.ViewIn{}) != 0 {
			t.Error("a retired camera is on the map")
		}
		_, err = s.Begin(as("street1"), x.ID, "看")
		wantCode(t, err, "camera.retired")
	})
}
