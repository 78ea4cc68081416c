package demo

import (
	"context"
	"fmt"
	"strings"

	"yiwang/internal/appraisal"
	"yiwang/internal/identity"
	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/rectify"
	"yiwang/internal/region"
	"yiwang/internal/report"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
)

// openAccounts makes units and accounts, and notes who acts in the story.
func (l *loader) openAccounts(ctx context.Context) error {
	areas := []identity.DemoArea{{Code: gulou, Name: l.ground.district.Name, Level: "district", ParentCode: region.ParentOf(gulou)}}
	for _, s := range l.ground.streets {
		areas = append(areas, identity.DemoArea{Code: s.code, Name: s.name, Level: "subdistrict", ParentCode: gulou})
		for _, c := range s.communities {
			areas = append(areas, identity.DemoArea{Code: c.code, Name: c.committee, Level: "community", ParentCode: s.code})
		}
	}
	for _, p := range l.others() {
		level, _, err := region.LevelOf(p.Code)
		if err != nil {
			return err
		}
		areas = append(areas, identity.DemoArea{Code: p.Code, Name: p.Name, Level: string(level), ParentCode: region.ParentOf(p.Code)})
	}
	err := l.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		if err = l.Identity.PrepareTx(ctx, tx); err != nil {
			return err
		}
		l.summary.Accounts, err = l.Identity.EnsureDemoAccounts(ctx, tx, areas)
		return err
	})
	if err != nil {
		return err
	}
	return l.meetActors(ctx)
}

// rights of the accounts that act in the story, as their roles grant them.
var (
	officeRights = append(append([]string{}, rectify.Permissions()...), opinion.PermCode, opinion.PermModel, opinion.PermImport, survey.PermRead, survey.PermManage, survey.PermImport,
		appraisal.PermRead, appraisal.PermScore, appraisal.PermPublish, region.PermRead, region.PermManage, sampling.PermRead, sampling.PermManage, report.PermRead, report.PermFreeze)
	handlerRights  = []string{rectify.PermRead, rectify.PermAnswer, rectify.PermDo, appraisal.PermRead, region.PermRead}
	editorRights   = []string{opinion.PermCode, rectify.PermRead, rectify.PermPage, survey.PermRead, region.PermRead}
	leaderRights   = []string{rectify.PermRead, rectify.PermApprove, appraisal.PermRead, region.PermRead}
	verifierRights = []string{rectify.PermRead, rectify.PermVerify, region.PermRead}
)

// meetActors reads the accounts and their units.
func (l *loader) meetActors(ctx context.Context) error {
	l.actors, l.leaders, l.units = map[string]*auth.Principal{}, map[string]*auth.Principal{}, map[string]identity.Unit{}
	byID := map[string]identity.Unit{}
	for f := (identity.UnitFilter{Area: gulou, Limit: 200}); ; {
		page, err := l.Identity.Units(ctx, f)
		if err != nil {
			return err
		}
		for _, u := range page.Items {
			l.units[u.AreaCode+"."+u.Code], byID[u.ID] = u, u
		}
		if f.Cursor = page.NextCursor; f.Cursor == "" {
			break
		}
	}
	for f := (identity.UserFilter{Limit: 200}); ; {
		page, err := l.Identity.Users(ctx, f)
		if err != nil {
			return err
		}
		for i := range page.Items {
			l.meet(&page.Items[i], byID[page.Items[i].UnitID])
		}
		if f.Cursor = page.NextCursor; f.Cursor == "" {
			break
		}
	}
	if l.actors["lead"] == nil || l.actors["verifier"] == nil || l.actors["editor"] == nil || len(l.leaders) != len(l.ground.streets) {
		return fmt.Errorf("the accounts lead, verifier, editor and one per street are needed, there are %d accounts", len(l.actors))
	}
	return nil
}

func (l *loader) meet(u *identity.User, unit identity.Unit) {
	rights, area := handlerRights, unit.AreaCode
	switch u.Username {
	case "lead":
		rights = officeRights
	case "verifier":
		rights = verifierRights
	case "leader":
		rights = leaderRights
	case "editor":
		rights = editorRights
	}
	p := &auth.Principal{UserID: u.ID, Name: u.Name, UnitID: unit.ID, UnitCode: unit.Code, Areas: []string{area}, Permissions: map[string]bool{}}
	for _, r := range rights {
		p.Permissions[r] = true
	}
	l.actors[u.Username] = p
	if strings.HasPrefix(u.Username, "street") && unit.Code == "street_office" {
		l.leaders[unit.AreaCode] = p
	}
}

// as returns a context in which the account acts.
func (l *loader) as(ctx context.Context, user string) context.Context {
	return auth.With(ctx, l.actors[user])
}

// unit returns the unit with the code that is responsible in a street.
func (l *loader) unit(s *street, code string) (identity.Unit, error) {
	if code == "street_office" {
		if u, ok := l.units[s.code+"."+code]; ok {
			return u, nil
		}
	}
	if u, ok := l.units[gulou+"."+code]; ok {
		return u, nil
	}
	return identity.Unit{}, fmt.Errorf("no unit %s in %s", code, s.name)
}

// handler returns a context in which somebody of the unit acts.
func (l *loader) handler(ctx context.Context, s *street, unit identity.Unit) context.Context {
	if unit.Code == "street_office" {
		return auth.With(ctx, l.leaders[s.code])
	}
	if p := l.actors[unit.Code]; p != nil {
		return auth.With(ctx, p)
	}
	return ctx // a unit without an account: the program speaks for it
}
