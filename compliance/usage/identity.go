package usage

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Key is the form in which spellings of one user are equal: composed, lower case.
// Windows clients report the same account as USER001 and user001, and an accent
// arrives composed from one client and decomposed from another.
func (u User) Key() string { return fold(string(u)) }

// Key is the form in which spellings of one host are equal.
func (h Host) Key() string { return fold(string(h)) }

func fold(s string) string {
	return strings.ToLower(norm.NFC.String(strings.TrimSpace(s)))
}

type identity struct{ user, host string }

func identify(u User, h Host) identity { return identity{u.Key(), h.Key()} }

// tally adds up the licences of the same user on the same host, keeping the first
// spelling met.
type tally struct {
	at   map[identity]int
	held []Holder
}

func (t *tally) add(u User, h Host, quantity int64) {
	if t.at == nil {
		t.at = make(map[identity]int)
	}
	id := identify(u, h)
	i, ok := t.at[id]
	if !ok {
		i = len(t.held)
		t.at[id] = i
		t.held = append(t.held, Holder{User: u, Host: h})
	}
	t.held[i].Quantity += quantity
}

// holders are sorted by quantity, the largest first, then by name.
func (t *tally) holders() []Holder {
	slices.SortStableFunc(t.held, func(a, b Holder) int {
		return cmp.Or(
			cmp.Compare(b.Quantity, a.Quantity),
			strings.Compare(a.User.Key(), b.User.Key()),
			strings.Compare(a.Host.Key(), b.Host.Key()),
		)
	})
	return t.held
}

// spellings are the ways in which names of equal keys are written.
type spellings map[string][]string

func (s spellings) add(key, name string) {
	if !slices.Contains(s[key], name) {
		s[key] = append(s[key], name)
	}
}

func (s spellings) variants() int {
	n := 0
	for _, names := range s {
		if len(names) > 1 {
			n++
		}
	}
	return n
}
