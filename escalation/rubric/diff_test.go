package rubric

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func ExampleDiff() {
	before, err := Load("before.yaml", []byte(sound))
	if err != nil {
		fmt.Println(err)
		return
	}
	after, err := Load("after.yaml", []byte(strings.NewReplacer("version: 3", "version: 4",
		"{exposure: mid, tier: hard}", "{exposure: mid}").Replace(sound)))
	if err != nil {
		fmt.Println(err)
		return
	}
	changes, err := Diff(before, after)
	for _, c := range changes {
		fmt.Println(c.Before.Vector(), c.Before.Name, "becomes", c.After.Name, "by", c.After.Row)
	}
	fmt.Println(err)
	// Output:
	// TU:3/E:M/P:F/T:S low becomes medium by middle
	// TU:3/E:M/P:N/T:S low becomes medium by middle
	// <nil>
}

func TestDiff(t *testing.T) {
	a := load(t, sound)
	none, err := Diff(a, a)
	require.NoError(t, err)
	assert.Empty(t, none)

	// Against a brute-force count over the standard rubric with one row changed.
	b := load(t, string(standard))
	c := load(t, strings.Replace(string(standard), "name: small\n    when: {exposure: low, duty: cure or less}\n    severity: low",
		"name: small\n    when: {exposure: low, duty: cure or less}\n    severity: info", 1))
	changes, err := Diff(b, c)
	require.NoError(t, err)
	want := 0
	each(b, func(a Answers) {
		if b.Classify(a).Name != c.Classify(a).Name {
			want++
		}
	})
	assert.Len(t, changes, want)
	assert.Equal(t, 3*3*3, want)

	for _, other := range []string{
		strings.Replace(sound, "severities: [low,", "severities: [least, low,", 1),
		strings.Replace(sound, "name: near", "name: close", 1),
		strings.ReplaceAll(strings.Replace(sound, "name: days", "name: nearness", 1), "{days", "{nearness"),
	} {
		_, err := Diff(a, load(t, other))
		assert.ErrorIs(t, err, ErrFactors)
	}
}
