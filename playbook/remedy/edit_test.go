package remedy

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"
)

const sample = `# a playbook
name: fleet # its name
remediation:
  idle-days: 90 # a quarter
  actions:
    - {kind: reclaim, owner: desktop team, notice-days: 14}
    - kind: buy
      owner: "purchasing"

  # what is switched off
  waivers:
    - guard: critical-system
      reason: >
        the fleet holds
        desktops only
remedy:
  sign-off: [owner, auditor]
`

func TestEdited(t *testing.T) {
	for _, tt := range []struct{ path, value, from, to string }{
		{"remediation.idle-days", "60", "idle-days: 90 # a", "idle-days: 60 # a"},
		{"remediation.new-days", "30", "        desktops only\n", "        desktops only\n  new-days: 30\n"},
		{"remediation.actions.kind=reclaim.notice-days", "21", "notice-days: 14}", "notice-days: 21}"},
		{"remediation.actions.kind=reclaim.effort", `"15"`, "notice-days: 14}", `notice-days: 14, effort: "15"}`},
		{"remediation.actions.kind=buy.owner", "sourcing", `owner: "purchasing"`, "owner: sourcing"},
		{"remediation.actions.kind=buy.lead-days", "10", "owner: \"purchasing\"\n", "owner: \"purchasing\"\n      lead-days: 10\n"},
		{"stale-after-days", "30", "auditor]\n", "auditor]\nstale-after-days: 30\n"},
		{"name", "other", "name: fleet #", "name: other #"},
	} {
		got, err := edited([]byte(sample), tt.path, tt.value)
		require.NoError(t, err, tt.path)
		assert.Equal(t, strings.Replace(sample, tt.from, tt.to, 1), string(got), tt.path)
	}
	for path, want := range map[string]string{
		"remediation.idle.days": "the document has no idle", "remedy.sign-off": "line 17 holds more than one value",
		"remediation.actions.kind=renew.owner": "the document has no kind=renew", "name.first": "name is nothing with fields",
		"remediation.waivers.guard=critical-system.reason": "line 13 holds more than one value",
	} {
		_, err := edited([]byte(sample), path, "1")
		assert.ErrorContains(t, err, want, path)
	}
	for _, value := range []string{"", "a\nb", "{", "60 # or more: {"} {
		_, err := edited([]byte(sample), "remediation.idle-days", value)
		if value != "60 # or more: {" {
			assert.Error(t, err, value)
		}
	}
}

// Whatever stands in a lesson, the change is what it asks for, or none; nothing else of the
// document changes.
func TestEditedOrNotAtAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.SampledFrom([]string{"name", "remediation.idle-days", "remediation.actions.kind=reclaim.owner", "remediation.other", "remedy.sign-off", rapid.String().Draw(t, "path")}).Draw(t, "which")
		value := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z0-9:#'"{}, \[\]-]{1,8}`)).Draw(t, "value")
		got, err := edited([]byte(sample), path, value)
		if err != nil {
			return
		}
		var before, after, want any
		require.NoError(t, yaml.Unmarshal([]byte(sample), &before))
		require.NoError(t, yaml.Unmarshal(got, &after))
		require.NoError(t, yaml.Unmarshal([]byte(value), &want))
		put(before, strings.Split(path, "."), want)
		assert.Equal(t, before, after)
	})
}

// put does to a tree what edited does to a text.
func put(tree any, path []string, value any) {
	key, want, listed := strings.Cut(path[0], "=")
	switch {
	case listed:
		for _, e := range tree.([]any) {
			if e.(map[string]any)[key] == want {
				put(e, path[1:], value)
			}
		}
	case len(path) == 1:
		tree.(map[string]any)[path[0]] = value
	default:
		put(tree.(map[string]any)[path[0]], path[1:], value)
	}
}
