package messages_test

import (
	"fmt"
	"net"
	"net/http"
	"testing"

	"yiwang/internal/messages"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// A mail server takes every connection and says nothing; more letters than go out at a time wait for it. Text messages go all the same.
func TestDeliver_AMailServerThatHangsKeepsNoTextMessageWaiting(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(day(9, 0))
		silent, err := net.Listen("tcp", "127.0.0.1:0")
		check(t, err)
		taken := make(chan net.Conn, 100)
		go func() {
			for {
				conn, err := silent.Accept()
				if err != nil {
					return
				}
				taken <- conn
			}
		}()
		heard := make(chan int, 10)
		setting, _ := gatewayAt(t, func(n int) int { heard <- n; return http.StatusOK })
		o := open(t, d, func(x *messages.Deps) {
			x.SMS, x.Mail = setting, "smtp://"+silent.Addr().String()+"?from=yiwang@example.cn"
		})
		for i := range 20 {
			_, err := o.Test(admin, messages.Email, fmt.Sprintf("zhang%d@example.cn", i))
			check(t, err)
		}
		_, err = o.Test(admin, messages.SMS, "13912345678")
		check(t, err)
		ended := make(chan error)
		go func() { ended <- o.Deliver(o.ctx) }()
		held := <-taken // the first letter hangs
		<-heard         // and the text message is out
		check(t, silent.Close())
		check(t, held.Close())
		for done := false; !done; {
			select {
			case conn := <-taken:
				check(t, conn.Close())
			case err := <-ended:
				check(t, err)
				done = true
			}
		}
	})
}
