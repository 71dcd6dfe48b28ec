package main

import (
	"fmt"
	"os"
	"time"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/inquiry"
)

// questionDocument is the file that says what a supplier asks.
type questionDocument struct {
	Reference string        `yaml:"reference,required"`
	Supplier  string        `yaml:"supplier,required"`
	Scope     string        `yaml:"scope,required"`
	Data      []string      `yaml:"data,required"`
	Within    calendar.Span `yaml:"within,required"`
	Received  time.Time     `yaml:"received"`
}

// answerDocument is the file of an answer to a supplier.
type answerDocument struct {
	Parts []partDocument `yaml:"parts,required"`
}

type partDocument struct {
	Name  string    `yaml:"name,required"`
	Text  string    `yaml:"text,required"`
	Needs string    `yaml:"needs,required"`
	Until time.Time `yaml:"until"`
}

func readDocument(file string, into any) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("-file: %w", err)
	}
	return document.Read(file, data, into)
}

// inquiryCommands are the correspondence with a supplier about a case.
func inquiryCommands() []command {
	byReason := func(f *caseFlags) (reference, reason *string) {
		return f.String("reference", "", ""), f.String("reason", "", "")
	}
	return []command{
		caseCommand("ask", "-file FILE ", "record what a supplier asks about a case; FILE is YAML: reference, supplier, scope, data, within and received", func(f *caseFlags) func(*cases, escalation.Case) ([]escalation.Event, error) {
			file := f.String("file", "", "")
			return func(c *cases, was escalation.Case) ([]escalation.Event, error) {
				var d questionDocument
				if err := readDocument(*file, &d); err != nil {
					return nil, err
				}
				if n := c.book.Notices(); n != nil && !n.Supplier(d.Supplier) {
					return nil, fmt.Errorf("the playbook has no contact outside called %q, so that no answer would arrive", d.Supplier)
				}
				return was.Ask(c.engine.Directory(), inquiry.Question{
					Reference: d.Reference, Supplier: d.Supplier, Scope: d.Scope, Data: d.Data, Within: d.Within, Received: d.Received,
				}, *f.as, f.now)
			}
		}),
		caseCommand("answer", "-reference TEXT -file FILE ", "draft the answer to a supplier, which waits for its release; FILE is YAML: parts with name, text and needs, the clearance to see it", func(f *caseFlags) func(*cases, escalation.Case) ([]escalation.Event, error) {
			reference, file := f.String("reference", "", ""), f.String("file", "", "")
			return func(c *cases, was escalation.Case) ([]escalation.Event, error) {
				var d answerDocument
				if err := readDocument(*file, &d); err != nil {
					return nil, err
				}
				var parts []inquiry.Part
				for _, p := range d.Parts {
					parts = append(parts, inquiry.Part{Name: p.Name, Text: p.Text, Needs: p.Needs, Until: p.Until})
				}
				return was.Answer(c.engine.Directory(), *reference, parts, *f.as, f.now)
			}
		}),
		caseCommand("return", "-reference TEXT -reason TEXT ", "send the draft of an answer back to its writers", func(f *caseFlags) func(*cases, escalation.Case) ([]escalation.Event, error) {
			reference, reason := byReason(f)
			return func(c *cases, was escalation.Case) ([]escalation.Event, error) {
				return was.Return(c.engine.Directory(), *reference, *f.as, *reason, f.now)
			}
		}),
		caseCommand("release", "-reference TEXT -digest SHA256 ", "let an answer leave whose draft show printed; never by one of its writers", func(f *caseFlags) func(*cases, escalation.Case) ([]escalation.Event, error) {
			reference, digest := f.String("reference", "", ""), f.String("digest", "", "")
			return func(_ *cases, was escalation.Case) ([]escalation.Event, error) {
				return was.Release(*reference, *digest, *f.as, f.now)
			}
		}),
		caseCommand("withdraw", "-reference TEXT -reason TEXT ", "end an inquiry that the supplier does not want answered any more", func(f *caseFlags) func(*cases, escalation.Case) ([]escalation.Event, error) {
			reference, reason := byReason(f)
			return func(_ *cases, was escalation.Case) ([]escalation.Event, error) {
				return was.Withdraw(*reference, *f.as, *reason, f.now)
			}
		}),
	}
}

// showInquiry prints what a supplier asked and the draft that would be its answer.
func showInquiry(line func(name, format string, args ...any), t *inquiry.Thread) {
	line("inquiry", "%s of %s is %s, due %s: %s", t.Reference, t.Supplier, t.State, utc(t.Due), t.Scope)
	for _, d := range t.Data {
		line("", "asks for %s", d)
	}
	if draft := t.Draft(); len(draft.Parts) > 0 {
		line("", "draft %s of %s", draft.Digest(), draft.By)
		for _, p := range draft.Parts {
			line("", "%s (%s): %s", p.Name, p.Needs, p.Text)
		}
	}
}
