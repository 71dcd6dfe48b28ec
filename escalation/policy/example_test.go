package policy

import (
	"fmt"
	"strings"

	"github.com/trueup-dev/trueup/escalation/calendar"
)

// A document is checked as a whole; every mistake is reported with its place.
func ExampleLoad() {
	const good = `calendars:
  - {name: zurich, zone: Europe/Zurich, week: {monday: ["08:00-12:00"], tuesday: ["08:00-12:00"]}}
chains:
  - name: standard
    calendar: zurich
    clocks:
      - {severity: critical or less, acknowledge: 4 working hours, contain: 2 working days, remedy: 20 working days}
    stages:
      - {name: owner, tell: [owner], wait: 4 working hours}
    fallback: [board-office]
routes: {name: all, owner: sam-desk, chain: standard}
`
	p, err := Load("policy.yaml", []byte(good), Options{})
	fmt.Println(p.Calendars(), p.Rubric().Severities(), err)

	const bad = `calendars:
  - {name: zurich, zone: Europe/Zuerich, week: {monday: ["08:00-12:00"]}}
chains:
  - name: standard
    calendar: zurich
    clocks:
      - {severity: critical or less, acknowledge: 4 working hours, contain: 2 working days, remedy: 20 working days}
    stages:
      - {name: owner, tell: [owner], wait: 4 working hours}
    fallback: [owner]
routes: {name: all, owner: sam-desk, chain: standard}
`
	_, err = Load("policy.yaml", []byte(bad), Options{})
	fmt.Println(err)
	// Output:
	// [zurich] [info low medium high critical] <nil>
	// policy.yaml:2:26: "Europe/Zuerich" is no zone of the IANA database, such as Europe/Zurich or UTC
	//     - {name: zurich, zone: Europe/Zuerich, week: {monday: ["08:00-12:00"]}}
	//                            ^
	// policy.yaml:10:16: the owner cannot be the fallback of chain "standard": it is for when the owner does not act
	//       fallback: [owner]
	//                  ^
}

// A desk of one, who is away for two weeks in July.
func ExamplePolicy_Gaps() {
	alone := strings.Replace(sound, "      - name: bob\n", "", 1)
	for _, document := range []string{sound, alone} {
		p, err := Load("policy.yaml", []byte(document), options())
		if err != nil {
			fmt.Println(err)
			return
		}
		gaps := p.Gaps(calendar.Date{Year: 2026, Month: 7, Day: 1}, calendar.Date{Year: 2026, Month: 7, Day: 31})
		fmt.Println(len(gaps))
		for _, g := range gaps {
			fmt.Println(g.Chain, g.Stage, g.Tell, "from", g.From, "to", g.Until)
		}
	}
	// Output:
	// 0
	// 1
	// standard owner [sam-desk] from 2026-07-06 to 2026-07-17
}
