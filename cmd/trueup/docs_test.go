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

// words splits a command line as a shell does, as far as the page goes.
func words(line string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`'([^']*)'|"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		out = append(out, m[1]+m[2]+m[3])
	}
	return out
}

// Every command on the page does what the page says, in its order.
func TestEvidencePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/evidence.md")
	require.NoError(t, err)
	bin := connectorsBuilt(t)
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../examples/quickstart")))
	book := filepath.Join(dir, "playbook.yaml")
	text, err := os.ReadFile(book)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(book, []byte(withoutThisMachine(string(text))), 0o600))
	t.Chdir(dir)
	commands := 0
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		var out, command string
		for line := range strings.Lines(block[1]) {
			line = strings.TrimSuffix(line, "\n")
			rest, isCommand := strings.CutPrefix(line, "$ trueup ")
			if !isCommand {
				assert.Contains(t, out, line, command)
				continue
			}
			args := words(rest)
			if args[0] == "run" {
				args = append([]string{"run", "-connectors", bin}, args[1:]...)
			}
			var status int
			var errs string
			status, out, errs = trueup(t, args...)
			require.Equal(t, 0, status, "%s: %s", rest, errs)
			command = rest
			commands++
		}
	}
	assert.Greater(t, commands, 8)
}

// withoutThisMachine is the quickstart's playbook without the machine that it runs on.
func withoutThisMachine(book string) string {
	return strings.Replace(book, "  - {id: this-machine, connector: local}\n", "", 1)
}
