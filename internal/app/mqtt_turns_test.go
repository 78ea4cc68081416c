package app

import (
	"context"
	"fmt"
	"sync"
	"testing"
)

func TestTurns_NobodyIsMissedHoweverManyTurnAtOnce(t *testing.T) {
	t.Parallel()
	turned := newTurns()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := range 10_000 {
				turned.add(fmt.Sprint("officer-", n, "-", i%2)) // each by two
			}
		})
	}
	told := map[string]bool{}
	all := make(chan struct{})
	go func() { wg.Wait(); close(all) }()
	for ended := false; !ended; {
		select {
		case <-all:
			ended = true
		case <-turned.some:
		}
		for officer := range turned.take() {
			told[officer] = true
		}
	}
	if len(told) != 20_000 || len(turned.take()) != 0 {
		t.Errorf("%d of 20000 are told", len(told))
	}
}

func TestTurns_APhoneWhoseNetworkStandsStillHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	ctx, end := context.WithCancel(context.Background())
	turned, told, network := newTurns(), make(chan string), make(chan struct{})
	done := turned.each(ctx, func(officer string) {
		if officer == "stuck" {
			<-network
			return
		}
		told <- officer
	})
	turned.add("stuck")
	for n := range 100 {
		turned.add(fmt.Sprint(n))
	}
	heard := map[string]bool{}
	for len(heard) < 100 {
		heard[<-told] = true
	}
	end()
	close(network)
	<-done
}
