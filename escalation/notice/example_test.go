package notice

import (
	"fmt"
)

// Templates of a company's own see nothing that the audience may not know.
func ExampleNew() {
	w, err := New(Options{Text: "{{.Headline}}{{range .Facts}} {{.Name}}={{.Value}};{{end}} {{.Withheld}} withheld\n"})
	if err != nil {
		fmt.Println(err)
		return
	}
	l, err := w.Render(sample(), Audience{Clearance: Public}, at)
	fmt.Print(l.Text, err, "\n")
	_, err = New(Options{Text: "{{.Owner}}"})
	fmt.Println(err)
	// Output:
	// A case needs somebody to take it. Case=case-17; State=assigned; Severity=high; 14 withheld
	// <nil>
	// notice: template: text:1:2: executing "text" at <.Owner>: can't evaluate field Owner in type notice.page
}

func ExampleFacts() {
	for _, f := range Facts(sample().Case)[:4] {
		fmt.Println(f.Needs, f.Name, f.Value)
	}
	// Output:
	// public Case case-17
	// public State assigned
	// public Severity high
	// internal Acknowledge by 2026-03-02 10:00 UTC
}
