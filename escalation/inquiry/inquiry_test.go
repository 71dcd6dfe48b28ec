package inquiry

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation/calendar"
)

var update = flag.Bool("update", false, "write the golden file anew")

func ExampleThread_MayRelease() {
	t := Thread{Question: Question{Reference: "AUD-7"}, State: Asked}
	t, err := t.Step(Write)
	fmt.Println(t.State, err)
	t.Drafts = []Draft{{By: "ann", Parts: []Part{{Name: "Installs", Text: "412", Needs: "supplier"}}}}
	digest := t.Draft().Digest()
	fmt.Println(t.MayRelease("ann", digest))
	fmt.Println(t.MayRelease("counsel", "another digest"))
	fmt.Println(t.MayRelease("counsel", digest))
	// Output:
	// drafted <nil>
	// inquiry AUD-7: ann has written the answer, so somebody else must release it: the correspondence does not allow it
	// inquiry AUD-7: the answer is not the one that was read; read it again: the correspondence does not allow it
	// <nil>
}

func ExampleAfter() {
	fmt.Println(After(Drafted, Release))
	fmt.Println(After(Asked, Release))
	// Output:
	// released true
	//  false
}

// TestTable holds the table against a page that a person has read.
func TestTable(t *testing.T) {
	var b strings.Builder
	for _, s := range States() {
		for _, step := range Steps() {
			to := "refused"
			if next, ok := After(s, step); ok {
				to = string(next)
			}
			fmt.Fprintf(&b, "%-10s %-9s %s\n", s, step, to)
		}
	}
	const golden = "testdata/table.txt"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String())
	for s, row := range table {
		assert.Contains(t, States(), s)
		for step, next := range row {
			assert.Contains(t, Steps(), step)
			assert.Contains(t, States(), next)
			assert.True(t, step == Send || next != Answered, "only what has left is answered")
			assert.True(t, s == Drafted || next != Released, "only a draft is released")
		}
	}
}

func TestCheck(t *testing.T) {
	sound := Question{Reference: "R", Supplier: "acme", Scope: "databases", Data: []string{"installs"}, Within: calendar.Span{Count: 30, Unit: calendar.Days}}
	require.NoError(t, sound.Check())
	for want, spoil := range map[string]func(*Question){
		"needs a reference":  func(q *Question) { q.Reference = "" },
		"needs a supplier":   func(q *Question) { q.Supplier = "" },
		"needs a scope":      func(q *Question) { q.Scope = "" },
		"which data it asks": func(q *Question) { q.Data = []string{"installs", ""} },
		"asks for":           func(q *Question) { q.Data = nil },
		"needs a period":     func(q *Question) { q.Within = calendar.Span{} },
	} {
		q := sound
		spoil(&q)
		assert.ErrorContains(t, q.Check(), want)
	}
	assert.ErrorContains(t, CheckParts(nil), "needs a part")
	err := CheckParts([]Part{{Text: "x", Needs: "public"}, {Name: "n", Needs: "secret"}})
	assert.ErrorContains(t, err, "part 1 of the answer has no name")
	assert.ErrorContains(t, err, `part 2 of the answer: no clearance is called "secret"`)
}

// TestDigest: another word, clearance, embargo or count is another answer.
func TestDigest(t *testing.T) {
	one, two := 1, 2
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	base := Part{Name: "Installs", Text: "412", Needs: "supplier", Until: at, People: &one}
	digest := func(p Part) string { return Draft{Parts: []Part{p}}.Digest() }
	assert.Equal(t, digest(base), Draft{By: "somebody else", At: at, Parts: []Part{base}}.Digest())
	for _, spoil := range []func(*Part){
		func(p *Part) { p.Name = "Users" }, func(p *Part) { p.Text = "413" }, func(p *Part) { p.Needs = "public" },
		func(p *Part) { p.Until = time.Time{} }, func(p *Part) { p.People = &two },
	} {
		p := base
		spoil(&p)
		assert.NotEqual(t, digest(base), digest(p))
	}
}
