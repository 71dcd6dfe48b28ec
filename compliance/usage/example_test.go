package usage_test

import (
	"context"
	"fmt"
	"math/big"
	"os"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance/usage"
)

const debugLog = ` 9:00:00 (acad) TIMESTAMP 3/2/2026
 9:00:10 (acad) OUT: "draw" Ann@pc-1
 9:20:00 (acad) OUT: "draw" bob@pc-2
 9:30:00 (acad) DENIED: "draw" eve@pc-3  (Licensed number of users already reached. (-4,342))
 9:40:00 (acad) IN: "draw" ann@PC-1
10:30:00 (acad) TIMESTAMP 3/2/2026
`

// A debug log gives the peak with the times at which it occurred and the holders.
func ExampleRead() {
	report, err := usage.Read(context.Background(), strings.NewReader(debugLog), usage.Options{Name: "debug.log"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range report.Features {
		f := &report.Features[i]
		peak, err := f.Peak()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: between %d and %d at once\n", f.Name, peak.AtLeast, *peak.AtMost)
		for _, s := range peak.Spans {
			fmt.Println(" ", s.From.Format(time.DateTime), "to", s.To.Format(time.DateTime))
		}
		for _, h := range peak.Holders {
			fmt.Println(" ", h.User, "on", h.Host, "held", h.Quantity)
		}
		for _, n := range f.Notes {
			fmt.Println(" ", n.Count, n.What)
		}
	}
	// Output:
	// draw: between 1 and 2 at once
	//   2026-03-02 09:20:00 to 2026-03-02 09:40:00
	//   Ann on pc-1 held 1
	//   bob on pc-2 held 1
	//   1 check-outs without a check-in: still held when the log ends, or the check-in is missing
}

// A status output gives what is owned and what is in use.
func ExampleRead_status() {
	status := `lmutil - Copyright (c) 1989-2025 Flexera. All Rights Reserved.
Flexible License Manager status on Mon 3/2/2026 12:16
Users of draw:  (Total of 20 licenses issued;  Total of 3 licenses in use)
    ann pc-1 /dev/tty (v11.0) (lic1/27000 101), start Mon 3/2 8:09, 3 licenses
Users of hub:  (Uncounted, node-locked)
`
	report, err := usage.Read(context.Background(), strings.NewReader(status), usage.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range report.Features {
		fmt.Print(f.Name, ": ", f.Status)
		if f.Owned != nil {
			fmt.Print(", ", *f.Owned, " owned")
		}
		fmt.Println(",", *f.InUse, "in use at", report.At.Format(time.DateTime))
	}
	// Output:
	// draw: counted, 20 owned, 3 in use at 2026-03-02 12:16:00
	// hub: uncounted, 0 in use at 2026-03-02 12:16:00
}

func ExampleTimeline_Peak() {
	at := func(hour int) time.Time { return time.Date(2026, 3, 2, hour, 0, 0, 0, time.UTC) }
	held := func(user usage.User, from, to int) usage.Checkout {
		s := usage.Span{From: at(from), To: at(to)}
		return usage.Checkout{Feature: "draw", User: user, Host: "pc", Quantity: 1, Held: s, Sure: s}
	}
	t, err := usage.NewTimeline([]usage.Checkout{held("ann", 9, 12), held("bob", 11, 14), held("eve", 14, 15)})
	if err != nil {
		fmt.Println(err)
		return
	}
	day := t.Peak(usage.Span{From: at(0), To: at(23)})
	afternoon := t.Peak(usage.Span{From: at(12), To: at(23)})
	fmt.Println(*day.AtMost, "in the day, first at", day.Spans[0].From.Format(time.TimeOnly))
	fmt.Println(*afternoon.AtMost, "in the afternoon, first at", afternoon.Spans[0].From.Format(time.TimeOnly))
	// Output:
	// 2 in the day, first at 11:00:00
	// 1 in the afternoon, first at 12:00:00
}

// Subscriptions that bill an hourly average count what was there in each hour and
// take the mean.
func ExampleMean() {
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	s := usage.Span{From: start.Add(30 * time.Minute), To: start.Add(150 * time.Minute)}
	t, err := usage.NewTimeline([]usage.Checkout{{Feature: "sensor", Host: "pc", Quantity: 1, Held: s, Sure: s}})
	if err != nil {
		fmt.Println(err)
		return
	}
	hours := t.Windows(usage.Span{From: start, To: start.Add(4 * time.Hour)}, usage.Hour)
	hosts := usage.Mean(hours, func(w usage.Window) *big.Rat { return big.NewRat(int64(w.Hosts), 1) })
	used := usage.Mean(hours, func(w usage.Window) *big.Rat { return w.AverageAtMost })
	fmt.Println("hosts an hour:", hosts.FloatString(2))
	fmt.Println("licences in use:", used.FloatString(2))
	// Output:
	// hosts an hour: 0.75
	// licences in use: 0.50
}

// An input that is not understood is an error that says what is.
func ExampleError() {
	_, err := usage.Read(context.Background(), strings.NewReader("hello"), usage.Options{Name: "notes.txt"})
	fmt.Fprintln(os.Stdout, err)
	// Output:
	// usage: notes.txt: the format is not known; what can be read is: flexnet-debug-log, lmstat, rlm, lm-x, ls-dyna, olicense, dsls
}
