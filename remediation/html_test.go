package remediation

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write golden files anew")

func TestHTML(t *testing.T) {
	evil := person(`d4 <script>alert("x")</script>`, 200, 400)
	in := input(t, estateOf(t, person("d1", 10, 400), person("d2", 120, 400), person("d3", 0, 400), evil), entitlement("e1", 1))
	r := request(t, in)
	r.Due = now.AddDate(0, 0, 30)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, plan.WriteHTML(&b))
	if *update {
		require.NoError(t, os.WriteFile("testdata/plan.golden.html", []byte(b.String()), 0o600))
	}
	want, err := os.ReadFile("testdata/plan.golden.html")
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String())
	assert.NotContains(t, b.String(), "<script")
	assert.Contains(t, b.String(), "d4 &lt;script&gt;")
	wellFormed(t, b.String())
}

// wellFormed checks that every tag is closed in its place.
func wellFormed(t *testing.T, page string) {
	d := xml.NewDecoder(strings.NewReader(page))
	d.Entity = xml.HTMLEntity
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
	}
}
