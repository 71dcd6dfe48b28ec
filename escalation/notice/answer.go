package notice

import (
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/inquiry"
)

// Answer is the letter that answers an inquiry as it stands, as of an instant: what
// those read who release it, and what the supplier gets when they have. Parts that
// need more than the audience's clearance are left out and counted in
// Letter.Withheld; the letter itself does not say so. An audience is cleared for
// what suppliers may know at most, whatever it is cleared for elsewhere.
func (w *Writer) Answer(t inquiry.Thread, a Audience, at time.Time) (Letter, error) {
	a.Clearance = min(a.Clearance, Supplier)
	p := page{Headline: fmt.Sprintf("Answer to your inquiry %s.", oneLine(t.Reference))}
	withheld := 0
	for _, part := range t.Draft().Parts {
		f := Fact{Name: part.Name, Value: part.Text, Until: part.Until, People: part.People}
		if err := f.Needs.UnmarshalText([]byte(part.Needs)); err != nil {
			return Letter{}, fmt.Errorf("notice: part %q: %w", part.Name, err)
		}
		value, ok := a.visible(f, at)
		if !ok {
			withheld++
			continue
		}
		p.Facts = append(p.Facts, line{oneLine(f.Name), oneLine(value)})
	}
	l, err := w.write(p)
	l.ID, l.To, l.Reason, l.At = t.Delivery, t.Supplier, escalation.ReasonAnswer, at.UTC()
	// The case's name and severity are the company's own; a channel that files
	// letters by case files this one by the supplier's reference.
	l.Case, l.Opened, l.Withheld = "inquiry "+t.Reference, t.Received, withheld
	l.Subject = "Answer to your inquiry " + oneLine(t.Reference)
	return l, err
}

// answer renders the message of a release.
func (w *Writer) answer(m Message, a Audience, at time.Time) (Letter, error) {
	i := slices.IndexFunc(m.Case.Inquiries, func(t inquiry.Thread) bool { return t.Delivery == m.Delivery.ID })
	if i < 0 || m.Case.Inquiries[i].State != inquiry.Released || m.Drill {
		return Letter{}, fmt.Errorf("notice: message %s carries no released answer", m.Delivery.ID)
	}
	return w.Answer(m.Case.Inquiries[i], a, at)
}
