package notify

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/post"
)

// Channel is a checked [ChannelDocument]. Until an office opens, its secrets are
// where they stand, not what they are.
type Channel struct {
	Name, Kind          string
	Connector, Checksum string
	Settings, Secrets   map[string]string
	Open, Resolved      map[string]string
}

// Notices is a checked [Document]. It is immutable and safe for concurrent use.
type Notices struct {
	channels []Channel
	contacts []post.Contact
}

// Kinds are the kinds of channels, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// New checks a document. Told are the names that routes, chains and teams tell, of
// which each must have a contact. The error is of type [document.Problems] and holds
// every mistake with its place.
func New(d Document, told []document.Text) (*Notices, error) {
	c := checker{}
	n := &Notices{}
	known := map[string]bool{}
	for _, ch := range d.Channels {
		if known[ch.Name.Value] {
			c.fail(ch.Name, "channel %q is given twice", ch.Name.Value)
		}
		known[ch.Name.Value] = true
		n.channels = append(n.channels, c.channel(ch))
	}
	people := map[string]bool{}
	for _, p := range d.Contacts {
		if people[p.Name.Value] {
			c.fail(p.Name, "contact %q is given twice", p.Name.Value)
		}
		people[p.Name.Value] = true
		if !known[p.Channel.Value] {
			c.fail(p.Channel, "no channel %q; known are %s", p.Channel.Value, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		if p.Threshold < 0 {
			c.fail(p.Name, "the threshold of %q is negative; leave it out for 5", p.Name.Value)
		}
		if p.Outside && p.Clearance > notice.Supplier {
			c.fail(p.Name, "%q is outside, so that the clearance can be supplier at most", p.Name.Value)
		}
		n.contacts = append(n.contacts, post.Contact{
			Outside: p.Outside, Name: p.Name.Value, Channel: p.Channel.Value, Address: p.Address.Value,
			Audience: notice.Audience{Clearance: p.Clearance, Threshold: p.Threshold},
		})
	}
	seen := map[string]bool{}
	for _, t := range told {
		if seen[t.Value] {
			continue
		}
		switch seen[t.Value] = true; {
		case n.Supplier(t.Value):
			c.fail(t, "%q is a contact outside, who is told nothing of cases", t.Value)
		case !people[t.Value]:
			c.fail(t, "%q is told of cases and has no contact, so that every message would be lost", t.Value)
		}
	}
	return n, c.problems.Err()
}

// Audience is what somebody may know, and false for who has no contact.
func (n *Notices) Audience(name string) (notice.Audience, bool) {
	for _, c := range n.contacts {
		if c.Name == name {
			return c.Audience, true
		}
	}
	return notice.Audience{}, false
}

// Has says whether somebody inside has a contact, Supplier whether somebody outside
// does.
func (n *Notices) Has(name string) bool { return n.contact(name, false) }

// Supplier is [Notices.Has] for contacts outside.
func (n *Notices) Supplier(name string) bool { return n.contact(name, true) }

func (n *Notices) contact(name string, outside bool) bool {
	return slices.ContainsFunc(n.contacts, func(c post.Contact) bool { return c.Name == name && c.Outside == outside })
}

// checker gathers what is wrong with a document.
type checker struct{ problems document.Problems }

func (c *checker) fail(t document.Text, format string, args ...any) {
	c.problems = append(c.problems, t.Problem(1, 1, format, args...))
}

// quiet is a problem that does not show the line that it stands on.
func (c *checker) quiet(t document.Text, format string, args ...any) {
	c.problems = append(c.problems, &document.Problem{At: t.At(), Message: fmt.Sprintf(format, args...)})
}

func (c *checker) channel(d ChannelDocument) Channel {
	out := Channel{
		Name: d.Name.Value, Kind: d.Kind.Value, Connector: d.Connector.Value, Checksum: d.Checksum.Value,
		Settings: values(d.Settings), Secrets: values(d.Secrets), Open: maps.Clone(d.Open), Resolved: maps.Clone(d.Resolved),
	}
	k, ok := kinds[out.Kind]
	switch ticket := out.Kind == Ticket; {
	case !ok:
		c.fail(d.Kind, "no channel is of kind %q; known are %s", out.Kind, strings.Join(Kinds(), ", "))
		return out
	case ticket && out.Connector == "":
		c.fail(d.Name, "channel %q needs the connector of its service desk", out.Name)
	case !ticket && (out.Connector != "" || out.Checksum != "" || len(out.Open)+len(out.Resolved) > 0):
		c.fail(d.Name, "channel %q is of kind %s, so it has no connector, checksum, open or resolved", out.Name, out.Kind)
	}
	if out.Checksum != "" && !strings.HasPrefix(out.Checksum, "sha256:") {
		c.fail(d.Checksum, "checksum of channel %q must read sha256:HEX", out.Name)
	}
	c.settings(d, k)
	c.secrets(d, k)
	for _, name := range k.required {
		if out.Settings[name] == "" && out.Secrets[name] == "" {
			c.fail(d.Name, "channel %q of kind %s needs %q", out.Name, out.Kind, name)
		}
	}
	return out
}

// secret are the names of settings that are secret whatever they configure.
var secret = []string{"password", "token", "key", "secret", "credentials"}

func (c *checker) settings(d ChannelDocument, k terms) {
	for _, name := range slices.Sorted(maps.Keys(d.Settings)) {
		t := d.Settings[name]
		u, err := url.Parse(t.Value)
		switch {
		case slices.Contains(secret, name) || name == "url" && err == nil && u.User != nil:
			c.quiet(t, "%q holds a secret; name it under secrets as env:NAME or file:PATH, since the playbook goes into the evidence", name)
		case d.Kind.Value != Ticket && !slices.Contains(k.settings, name):
			c.fail(t, "%q is no setting of a channel of kind %s", name, d.Kind.Value)
		}
	}
}

func (c *checker) secrets(d ChannelDocument, k terms) {
	for _, name := range slices.Sorted(maps.Keys(d.Secrets)) {
		t := d.Secrets[name]
		scheme, rest, _ := strings.Cut(t.Value, ":")
		switch {
		case scheme != "env" && scheme != "file" || rest == "":
			c.quiet(t, "secret %q must be named as env:NAME or file:PATH, since the playbook goes into the evidence", name)
		case d.Kind.Value != Ticket && !slices.Contains(k.secrets, name):
			c.fail(t, "%q is no secret of a channel of kind %s", name, d.Kind.Value)
		}
	}
}

func values(texts map[string]document.Text) map[string]string {
	out := map[string]string{}
	for name, t := range texts {
		out[name] = t.Value
	}
	return out
}
