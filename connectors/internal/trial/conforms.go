package trial

import (
	"context"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/trust"
)

// program is what a person judges a connector with. Go keeps the linked program
// in its cache, so that every package of tests after the first starts it at once.
const program = "github.com/trueup-dev/trueup/cmd/trueup"

// Conforms judges the connector by all rules, as a person would: with the command
// "trueup connector check", which must find nothing broken and the level that the
// connector claims. The actions are carried out; a connector that declares verbs
// needs one to try.
func (c *Connector) Conforms(t *testing.T, settings, secrets map[string]string, actions ...connectors.Action) {
	t.Helper()
	about, err := c.host(t).Check(t.Context(), c.source(settings, secrets, nil))
	require.NoError(t, err)
	stdout, err := c.judged(t.Context(), settings, secrets, actions)
	require.NoError(t, err, "%s", stdout)
	var passed, skipped, broken int
	last := stdout[strings.LastIndexByte(strings.TrimSpace(stdout), '\n')+1:]
	_, err = fmt.Sscanf(last, "%d passed, %d skipped, %d broken", &passed, &skipped, &broken)
	require.NoError(t, err, "%s", stdout)
	assert.Zero(t, broken, "%s", stdout)
	assert.Equal(t, len(connectortest.Checks()), passed+skipped, "%s", stdout)
	level := trust.Reading
	if about.Incremental {
		level = trust.Resuming
	}
	acts := about.Tickets || len(about.Verbs) > 0
	assert.Contains(t, stdout, fmt.Sprintf("\nlevel %s, acts %t\n", level, acts))
}

// judged runs the command and gives what it printed.
func (c *Connector) judged(ctx context.Context, settings, secrets map[string]string, actions []connectors.Action) (string, error) {
	args := []string{"run", program, "connector", "check", "-start", "1m"}
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		args = append(args, "-secret", name+"="+secrets[name])
	}
	for _, a := range actions {
		args = append(args, "-action", fmt.Sprintf("%s %s %s", a.Verb, a.Kind, strings.Join(pairs(a.Target), ",")))
	}
	args = append(append(args, c.path), pairs(settings)...)
	cmd := exec.CommandContext(ctx, "go", args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", strconv.Quote(c.path), err, &stderr)
	}
	return string(out), err
}

func pairs(of map[string]string) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(of)) {
		out = append(out, name+"="+of[name])
	}
	return out
}
