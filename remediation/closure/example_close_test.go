package closure_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/closure"
)

// A plan is closed when its report is verified, each role has signed it by a person of its
// own, and every position has a lesson.
func ExampleClose() {
	ctx, now := context.Background(), time.Date(2026, 6, 16, 9, 0, 0, 0, time.UTC)
	people, err := approval.NewPeople([]approval.PersonDocument{
		{Account: "ann", Roles: []string{"license owner"}}, {Account: "bob", Roles: []string{"internal audit"}}, {Account: "cid"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	report := closure.Report{At: now, Verified: true, Positions: []closure.PositionReport{{Position: "autodesk/autocad|generic.device"}}}
	digest, err := report.Digest()
	if err != nil {
		fmt.Println(err)
		return
	}
	c := closure.Closing{Report: report, Roles: []string{"license owner", "internal audit"}, Executor: "cid", Now: now}
	c.SignOffs = append(c.SignOffs, closure.SignOff{Account: "ann", Role: "license owner", Report: digest, At: now})
	_, err = closure.Close(ctx, people, c)
	fmt.Println("one signature:", errors.Is(err, closure.ErrNotSigned))
	c.SignOffs = append(c.SignOffs, closure.SignOff{Account: "bob", Role: "internal audit", Report: digest, At: now})
	_, err = closure.Close(ctx, people, c)
	fmt.Println("nothing learned:", errors.Is(err, closure.ErrNoLesson))
	c.Lessons = []closure.Lesson{{Cause: "machines are handed on", Positions: []string{"autodesk/autocad|generic.device"}}}
	rec, err := closure.Close(ctx, people, c)
	fmt.Println("closed on", rec.At.Format(time.DateOnly), err)
	// Output:
	// one signature: true
	// nothing learned: true
	// closed on 2026-06-16 <nil>
}
