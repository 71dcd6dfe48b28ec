package runner_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/post"
	"github.com/trueup-dev/trueup/escalation/runner"
	"github.com/trueup-dev/trueup/escalation/ticket"
)

// nights adds quiet hours, a daily letter and a service desk to the policy.
const nights = `  group-by: [rule]
  routes:
    - {name: positions, match: {rule: shortfall}, participants: [controller, service-desk, auditor]}
quiet:
  - {name: office hours, people: [ann, bob, sam-manager], calendar: zurich, unless: critical, urgent: [exhausted], digest: true}
  - {name: daily letter, people: [auditor, controller], calendar: letters, unless: critical, digest: true}
`

const letters = `
  - name: letters
    zone: Europe/Zurich
    week: {monday: ["08:00-08:15"], tuesday: ["08:00-08:15"], wednesday: ["08:00-08:15"], thursday: ["08:00-08:15"], friday: ["08:00-08:15"]}
teams:`

// outside is what the office's channels reach: letters in mailboxes and tickets.
type outside struct {
	*world
	letters []notice.Letter
	tickets map[string]ticket.Ticket
	ids     map[string]string
}

// Send takes a letter into a mailbox.
func (o *outside) Send(_ context.Context, l notice.Letter, _ time.Time) error {
	if err := o.instant(); err != nil {
		return err
	}
	o.letters = append(o.letters, l)
	if err := o.instant(); err != nil {
		return err
	}
	return o.bounce(l.To)
}

// Put is a service desk that keeps one ticket of a key.
func (o *outside) Put(_ context.Context, t ticket.Ticket) (string, error) {
	if err := o.instant(); err != nil {
		return "", err
	}
	id := o.ids[t.Key]
	switch {
	case id == "":
		id = fmt.Sprintf("T-%d", len(o.ids)+1)
		o.ids[t.Key] = id
	case t.ID != "" && t.ID != id:
		return "", fmt.Errorf("no ticket %s", t.ID)
	}
	o.tickets[t.Key] = t
	return id, o.instant()
}

// TestKilledInTheOffice kills the month at every instant in which real letters are
// written: held back over quiet hours, put together into digests, and kept in step
// with tickets.
func TestKilledInTheOffice(t *testing.T) {
	t.Parallel()
	// Short templates: what is compared is whether a letter is repeated as it was.
	w, err := notice.New(notice.Options{HTML: `{{.Headline}}`, Text: "{{.Headline}}\n{{range .Facts}}{{.Value}}\n{{end}}"})
	require.NoError(t, err)
	p := loadPolicy(t, nights)
	worlds := map[*world]*outside{}
	killed(t, p, func(inner *world) runner.Sender {
		o := worlds[inner]
		if o == nil {
			clear(worlds)
			o = &outside{world: inner, tickets: map[string]ticket.Ticket{}, ids: map[string]string{}}
			worlds[inner] = o
		}
		var contacts []post.Contact
		for _, name := range []string{"ann", "bob", "controller", "auditor", "sam-manager", "deputy", "cio", "board-office"} {
			contacts = append(contacts, post.Contact{Name: name, Channel: "mail", Audience: notice.Audience{Clearance: notice.Confidential}})
		}
		contacts = append(contacts, post.Contact{Name: "service-desk", Channel: "desk", Audience: notice.Audience{Clearance: notice.Internal}})
		office, err := post.New(post.Options{
			Writer: w, Channels: map[string]post.Channel{"mail": o, "desk": ticket.New(o)}, Contacts: contacts,
			Now: func() time.Time { return inner.now },
		})
		require.NoError(t, err)
		return office
	}, func(t testing.TB, w *world) { worlds[w].check(t) })
}

// part is where a digest begins with another letter.
var part = regexp.MustCompile(`(?m)^\d+\. .* \(([0-9a-f]{32})\)$`)

// check wants every message that was decided in a mailbox or on the desk, the same
// text under one id, no message before quiet hours end, and one ticket for each case
// that says what the case does.
func (o *outside) check(t testing.TB) {
	texts := map[string]string{}
	digests := 0
	keep := func(id, text string) {
		if before, twice := texts[id]; twice {
			require.Equal(t, before, text, "a repeated message says the same")
		}
		texts[id] = text
	}
	for _, l := range o.letters {
		if l.Reason != "digest" {
			keep(l.ID, l.Text)
			continue
		}
		digests++
		at := part.FindAllStringSubmatchIndex(l.Text, -1)
		for i, m := range at {
			end := len(l.Text)
			if i+1 < len(at) {
				end = at[i+1][0]
			}
			keep(l.Text[m[2]:m[3]], trim(l.Text[m[1]:end]))
		}
	}
	require.Greater(t, digests, 10, "letters were put together")
	held := 0
	for id, es := range o.events {
		c, err := escalation.Replay(es)
		require.NoError(t, err)
		require.Empty(t, c.Outbox)
		require.Empty(t, c.Dead)
		sent := map[string]time.Time{}
		for _, e := range es {
			if e.Kind == escalation.Sent {
				require.Zero(t, sent[e.Delivery], "recorded once")
				sent[e.Delivery] = e.At
			}
		}
		for _, e := range es {
			for _, d := range e.Tell {
				require.False(t, sent[d.ID].IsZero() || sent[d.ID].Before(d.Hold), "sent, and not in quiet hours")
				if !d.Hold.IsZero() {
					held++
				}
				if d.To != "service-desk" {
					require.NotEmpty(t, texts[d.ID], "every message that was decided is received")
				}
			}
		}
		key := "trueup/" + string(id)
		require.Equal(t, o.ids[key], c.ReceiptOf("service-desk"))
		require.Equal(t, c.IsOpen(), o.tickets[key].Status == ticket.Open)
	}
	require.Greater(t, held, 10, "messages were held back")
	require.Len(t, o.tickets, len(o.events))
}

// trim leaves out the empty lines that a digest puts around a letter.
func trim(s string) string {
	for len(s) > 0 && s[0] == '\n' {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] == '\n' {
		s = s[:len(s)-1]
	}
	return s + "\n"
}
