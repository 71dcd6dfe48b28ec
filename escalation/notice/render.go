package notice

import (
	"errors"
	"fmt"
	htmltemplate "html/template"
	"strings"
	"text/template"
	"time"
	"unicode"

	"github.com/trueup-dev/trueup/escalation"
)

// Letter is a message ready to leave.
type Letter struct {
	// ID is the delivery's, the same at every attempt.
	ID, To, Subject string
	// Address is where a channel sends the letter, empty where To says it.
	Address string
	// Reason is what the letter is about, as in escalation.Delivery. At is when it
	// was decided, and what a channel dates it with, so that a repeated letter is
	// the same.
	Reason string
	At     time.Time
	// Receipt is what the last letter of the case to To left behind.
	Receipt string
	// Text and HTML say the same.
	Text, HTML string
	// Case and Severity are what the letter is about; Opened and Closed bound
	// the case, Closed zero while it is open. All are public.
	Case, Severity string
	Opened, Closed time.Time
	// Withheld is how many facts the audience may not know.
	Withheld int
}

// line is a fact that the audience may know.
type line struct{ Name, Value string }

// page is all that a template can see.
type page struct {
	Headline string
	Facts    []line
	Withheld int
	Drill    bool
}

const textPage = `{{if .Drill}}THIS IS A DRILL. Nothing has happened.

{{end}}{{.Headline}}
{{range .Facts}}
{{.Name}}: {{.Value}}{{end}}
{{if .Withheld}}
{{.Withheld}} more facts are for readers with a higher clearance.
{{end}}`

const htmlPage = `{{if .Drill}}<p><strong>This is a drill. Nothing has happened.</strong></p>
{{end}}<h1>{{.Headline}}</h1>
<dl>{{range .Facts}}
<dt>{{.Name}}</dt><dd>{{.Value}}</dd>{{end}}
</dl>
{{if .Withheld}}<p>{{.Withheld}} more facts are for readers with a higher clearance.</p>
{{end}}`

// Writer renders letters. It is immutable and safe for concurrent use.
type Writer struct {
	text *template.Template
	html *htmltemplate.Template
}

// Options replace the templates that come with trueup. A template sees Headline,
// Facts (Name and Value), Withheld and Drill.
type Options struct{ Text, HTML string }

// New makes a writer. The error says where a template is wrong.
func New(o Options) (*Writer, error) {
	if o.Text == "" {
		o.Text = textPage
	}
	if o.HTML == "" {
		o.HTML = htmlPage
	}
	text, terr := template.New("text").Option("missingkey=error").Parse(o.Text)
	html, herr := htmltemplate.New("html").Option("missingkey=error").Parse(o.HTML)
	if err := errors.Join(terr, herr); err != nil {
		return nil, fmt.Errorf("notice: %w", err)
	}
	w := &Writer{text, html}
	_, err := w.write(page{Headline: "x", Facts: []line{{"a", "b"}}})
	return w, err
}

// Message is what a letter is about.
type Message struct {
	Delivery escalation.Delivery
	// Case is the case as it was when the message was decided.
	Case escalation.Case
	// Facts are further facts, beside those of the case.
	Facts []Fact
	// Drill marks a message of an exercise.
	Drill bool
}

// Render writes a message for an audience, knowing what may be known at an
// instant. Use the instant at which the message was decided, so that a repeated
// one is the same.
//
// The answer to a supplier's inquiry is rendered by itself: its parts and nothing of
// the case, and for nobody with a clearance above a supplier's (see [Writer.Answer]).
func (w *Writer) Render(m Message, a Audience, at time.Time) (Letter, error) {
	if m.Delivery.Reason == escalation.ReasonAnswer {
		return w.answer(m, a, at)
	}
	p := page{Headline: headline(m), Drill: m.Drill}
	for _, f := range append(Facts(m.Case), m.Facts...) {
		value, ok := a.visible(f, at)
		if !ok {
			p.Withheld++
			continue
		}
		p.Facts = append(p.Facts, line{oneLine(f.Name), oneLine(value)})
	}
	l, err := w.write(p)
	l.ID, l.To, l.Withheld = m.Delivery.ID, m.Delivery.To, p.Withheld
	l.Reason, l.At = m.Delivery.Reason, at.UTC()
	l.Case, l.Severity = string(m.Case.ID), m.Case.Grade.Severity
	l.Opened, l.Closed = m.Case.Opened, m.Case.Closed
	l.Subject = fmt.Sprintf("[%s] %s: %s", m.Case.Grade.Severity, m.Case.ID, m.Delivery.Reason)
	if m.Drill {
		l.Subject = "DRILL " + l.Subject
	}
	return l, err
}

// Status is how a case stands for somebody who follows it: the same page as a letter
// about it, for what they are cleared for at the instant, with further facts.
func (w *Writer) Status(c escalation.Case, facts []Fact, a Audience, at time.Time) (Letter, error) {
	return w.Render(Message{
		Delivery: escalation.Delivery{Reason: reasonStatus}, Case: c, Facts: facts, Drill: c.Drill != "",
	}, a, at)
}

// reasonStatus is the reason of a page that nobody sends.
const reasonStatus = "status"

func (w *Writer) write(p page) (Letter, error) {
	var text, html strings.Builder
	if err := w.text.Execute(&text, p); err != nil {
		return Letter{}, fmt.Errorf("notice: %w", err)
	}
	if err := w.html.Execute(&html, p); err != nil {
		return Letter{}, fmt.Errorf("notice: %w", err)
	}
	return Letter{Text: text.String(), HTML: html.String()}, nil
}

// oneLine keeps a value from looking like another line of the letter.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}

var headlines = map[string]string{
	reasonStatus: "How a case stands.",
	"opened":     "A case was opened.", "stage": "A case needs somebody to take it.",
	"missed": "A due time of a case has passed.", "exhausted": "Nobody took a case, so you are told.",
	"closed": "A case was closed.", "reopened": "A case was opened again.", "assigned": "A case was given to you.",
	"inquiry": "A supplier asks about a case.", "draft": "An answer to a supplier waits for its release.",
	"returned": "An answer that you wrote was sent back.",
}

func headline(m Message) string {
	if h := headlines[m.Delivery.Reason]; h != "" {
		return h
	}
	return "News of a case."
}
