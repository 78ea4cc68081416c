package appraisal

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

// meritRoutes are what can be said of the online sample with the help of the probability sample.
func (s *Service) meritRoutes(api huma.API, op func(id, path, summary string) httpx.Op) {
	httpx.Handle(api, op("list-merits", "merits", "The probability and the online sample put together by measured merit: an option beside the bias, never the official score"),
		func(ctx context.Context, in *struct {
			WaveIn
			Code   string `query:"code" maxLength:"20" doc:"place in the indicator tree, by street; default the total"`
			Street string `query:"street" maxLength:"12" doc:"every indicator of this street instead"`
		}) (*Body[*Merits], error) {
			m, err := s.Merits(ctx, in.ID, MeritFilter{Code: in.Code, Street: in.Street})
			return &Body[*Merits]{m}, err
		})
	httpx.Handle(api, op("get-reverse-part", "reverse", "The reverse part of every street: closing, approval, recurrence, with the lists behind each share"),
		func(ctx context.Context, in *WaveIn) (*Body[*ReverseTable], error) {
			o, err := s.Reverse(ctx, in.ID)
			return &Body[*ReverseTable]{o}, err
		})
	httpx.Handle(api, op("get-online-adjustment", "online-adjustment", "The online sample corrected by who answers: raking, propensity weights, mass imputation, both; with the balance before and after"),
		func(ctx context.Context, in *WaveIn) (*Body[*OnlineAdjustment], error) {
			o, err := s.OnlineAdjustment(ctx, in.ID)
			return &Body[*OnlineAdjustment]{o}, err
		})
}
