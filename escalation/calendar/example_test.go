package calendar

import (
	"fmt"
	"time"
)

func ExampleLoad() {
	c, err := Load("cal.yaml", []byte(`name: helpdesk
zone: Europe/Zurich
week:
  monday: ["08:00-12:00", "13:00-17:00"]
  friday: ["22:00-06:00 next day"]
holidays:
  - {date: 2026-12-25, name: Christmas}
exceptions:
  - {date: 2026-12-21, hours: ["08:00-10:00"], reason: Party}
`), Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	at := time.Date(2026, 12, 21, 9, 30, 0, 0, time.UTC) // half past ten in Zurich
	fmt.Println(c.Open(at), c.NextOpen(at).In(c.Zone()).Format("Mon 2006-01-02 15:04"))
	_, err = Load("cal.yaml", []byte("name: helpdesk\nzone: Europe/Zurich\nweek: {monday: [\"17:00-08:00\"]}\n"), Options{})
	fmt.Println(err)
	// Output:
	// false Mon 2026-12-28 08:00
	// cal.yaml:3:18: "17:00-08:00" ends before it begins; write "17:00-08:00 next day" when it goes past midnight
	//   week: {monday: ["17:00-08:00"]}
	//                    ^
}

func ExampleParseSpan() {
	for _, text := range []string{"4 working hours", "48 h", "2 days"} {
		s, err := ParseSpan(text)
		fmt.Println(s.Count, s.Unit, err)
	}
	// Output:
	// 4 working hours <nil>
	// 0 invalid "48 h" is no span; write a number and one of minutes, hours, working minutes, working hours, days, weeks, months, working days
	// 2 days <nil>
}

// A notice period of a month before the contract ends, and the last instant at which
// notice can still be given.
func ExampleCalendar_Back() {
	c, err := Load("cal.yaml", []byte(zurich), Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ends := c.Midnight(Date{2026, 4, 1}) // the last day of March has passed
	last := c.Back(ends, Span{1, Months})
	fmt.Println(last.In(c.Zone()).Format(time.RFC3339))
	fmt.Println(c.Add(last, Span{1, Months}).In(c.Zone()).Format(time.DateOnly), "is in time")
	fmt.Println(c.Add(last.Add(time.Second), Span{1, Months}).In(c.Zone()).Format(time.DateOnly), "is not")
	// Output:
	// 2026-02-28T23:59:59+01:00
	// 2026-03-29 is in time
	// 2026-04-02 is not
}

// What was left of a clock when it was paused is left when it runs again.
func ExampleCalendar_Elapsed() {
	c, err := Load("cal.yaml", []byte(zurich), Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	local := func(d, h int) time.Time { return time.Date(2026, 3, d, h, 0, 0, 0, c.Zone()) }
	pause := Pause{Start: local(2, 10), End: local(4, 10)}
	due := c.Add(local(2, 8), Span{4, WorkingHours}, pause)
	fmt.Println(due.In(c.Zone()).Format("Mon 15:04"), c.Elapsed(local(2, 8), local(3, 12), WorkingHours, pause), c.Elapsed(local(2, 8), due, WorkingHours, pause))
	// Output:
	// Wed 12:00 2 working hours 4 working hours
}
