package cases

import (
	"context"

	"yiwang/internal/platform/db"
)

func (s *Service) mergeInto(context.Context, *db.Tx, *step) error   { return nil }
func (s *Service) unmergeFrom(context.Context, *db.Tx, *step) error { return nil }
