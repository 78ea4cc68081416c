package report

import (
	"yiwang/internal/platform/document"
	"yiwang/internal/rectify"
)

type lineOf = rectify.Line

func quality(*facts) []document.Block  { return nil }
func progress(*facts) []document.Block { return nil }
func drivers(*facts) []document.Block  { return nil }
func levels(*facts) []document.Block   { return nil }
func cost(*facts) []document.Block     { return nil }
func outcome(*facts) []document.Block  { return nil }
