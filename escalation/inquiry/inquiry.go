package inquiry

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/escalation/calendar"
)

// ErrRefused is wrapped when a step is not allowed as the thread stands, or not to
// whoever takes it.
var ErrRefused = errors.New("the correspondence does not allow it")

// Question is what a supplier asks.
type Question struct {
	// Reference is the supplier's own, unique on the case. It goes back with the
	// answer.
	Reference string `json:"reference"`
	// Supplier is who is answered: the name of a contact outside the company.
	Supplier string `json:"supplier"`
	// Scope says what the question is about: products, entities, a period.
	Scope string `json:"scope"`
	// Data are the things that are asked for, one by one.
	Data []string `json:"data"`
	// Received is when the question came, Within how long there is to answer it, on
	// the case's calendar, and Due when that has passed. Due is computed.
	Received time.Time     `json:"received"`
	Within   calendar.Span `json:"within"`
	Due      time.Time     `json:"due"`
}

// Check says what a question lacks.
func (q Question) Check() error {
	var errs []error
	for _, must := range []struct{ what, value string }{{"a reference", q.Reference}, {"a supplier", q.Supplier}, {"a scope", q.Scope}} {
		if must.value == "" {
			errs = append(errs, fmt.Errorf("the inquiry needs %s", must.what))
		}
	}
	if len(q.Data) == 0 || slices.Contains(q.Data, "") {
		errs = append(errs, errors.New("the inquiry must say which data it asks for"))
	}
	if q.Within.Count == 0 {
		errs = append(errs, errors.New("the inquiry needs a period to answer it within"))
	}
	return errors.Join(errs...)
}

// Part is a piece of an answer.
type Part struct {
	Name string `json:"name"`
	Text string `json:"text"`
	// Needs is the clearance that it takes to see the part: public, supplier,
	// internal, confidential or privileged. What needs more than supplier stays in
	// the house; it is there for those who release the answer.
	Needs string `json:"needs"`
	// Until is the end of an embargo, zero where there is none.
	Until time.Time `json:"until,omitzero"`
	// People is how many people the part counts, nil where it counts none.
	People *int `json:"people,omitempty"`
}

// clearances are the words of [Part.Needs], those of package notice.
var clearances = []string{"public", "supplier", "internal", "confidential", "privileged"}

// Draft is an answer as it was written.
type Draft struct {
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Parts []Part    `json:"parts"`
}

// CheckParts says what is wrong with the parts of an answer.
func CheckParts(parts []Part) error {
	if len(parts) == 0 {
		return errors.New("an answer needs a part at least")
	}
	var errs []error
	for i, p := range parts {
		switch {
		case p.Name == "":
			errs = append(errs, fmt.Errorf("part %d of the answer has no name", i+1))
		case !slices.Contains(clearances, p.Needs):
			errs = append(errs, fmt.Errorf("part %d of the answer: no clearance is called %q; known are %v", i+1, p.Needs, clearances))
		}
	}
	return errors.Join(errs...)
}

// Digest is the SHA-256 of a draft's parts, hexadecimal: what a release names.
func (d Draft) Digest() string {
	data, err := json.Marshal(d.Parts)
	if err != nil {
		panic(err) // plain strings, times and numbers are always written
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Thread is a question and what came of it. It is a value: a step gives another
// thread and leaves this one as it was.
type Thread struct {
	Question
	State State
	// Drafts are all that was written; the last one counts.
	Drafts []Draft
	// ReleasedBy released the last draft, at Released. Delivery is the id of the
	// message that carries it, Sent when that left.
	ReleasedBy     string
	Released, Sent time.Time
	Delivery       string
	// Late says that the period passed before the answer left.
	Late bool
}

// Draft is the last draft, the zero one where there is none.
func (t Thread) Draft() Draft {
	if len(t.Drafts) == 0 {
		return Draft{}
	}
	return t.Drafts[len(t.Drafts)-1]
}

// IsOpen says whether the supplier still waits.
func (t Thread) IsOpen() bool { return t.State != Answered && t.State != Withdrawn }

// Step is the thread after a step.
func (t Thread) Step(s Step) (Thread, error) {
	next, ok := After(t.State, s)
	if !ok {
		return t, fmt.Errorf("inquiry %s is %s, so there is nothing to %s: %w", t.Reference, t.State, s, ErrRefused)
	}
	t.State = next
	return t, nil
}

// MayRelease says why somebody may not release the draft with a digest, nil when
// they may.
func (t Thread) MayRelease(by, digest string) error {
	if _, err := t.Step(Release); err != nil {
		return err
	}
	switch {
	case by == "":
		return fmt.Errorf("inquiry %s: somebody must release the answer: %w", t.Reference, ErrRefused)
	case slices.ContainsFunc(t.Drafts, func(d Draft) bool { return d.By == by }):
		return fmt.Errorf("inquiry %s: %s has written the answer, so somebody else must release it: %w", t.Reference, by, ErrRefused)
	case digest != t.Draft().Digest():
		return fmt.Errorf("inquiry %s: the answer is not the one that was read; read it again: %w", t.Reference, ErrRefused)
	}
	return nil
}
