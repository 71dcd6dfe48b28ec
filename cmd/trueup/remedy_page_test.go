package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every command on the page about remediation does what the page says, in its order, with
// the lessons that the page shows.
func TestRemediationPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/plan-to-closure.md")
	require.NoError(t, err)
	s := newFleetScene(t)
	t.Chdir(s.dir)
	lessons := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(page)
	require.NotNil(t, lessons)
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "lessons.yaml"), lessons[1], 0o600))
	plan, commands := "", 0
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		var out, command string
		for line := range strings.Lines(block[1]) {
			line = strings.TrimSuffix(line, "\n")
			rest, isCommand := strings.CutPrefix(line, "$ trueup ")
			if !isCommand {
				assert.Contains(t, out, line, command)
				continue
			}
			args := words(strings.NewReplacer("PLAN", plan, "CASE", plan+"-1").Replace(rest))
			if args[0] == "run" || args[0] == "execute" || args[0] == "renewals" {
				args = append(append([]string{args[0]}, s.collecting...), args[1:]...)
			}
			status, printed, errs := trueup(t, args...)
			require.Equal(t, 0, status, "%s: %s", rest, errs)
			out, command = printed+errs, rest
			if m := regexp.MustCompile(`plan (\w{12})  least-cost`).FindStringSubmatch(out); m != nil && plan == "" {
				plan = m[1]
			}
			commands++
		}
	}
	assert.Greater(t, commands, 15)
}
