//go:build unix

package connectortest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/trueup-dev/trueup/connectors/connectortest"
)

// breaks are connectors that each break one rule, with the check that is about it.
// Those that are bare break what the SDK would never let through.
var breaks = []struct{ mode, check string }{
	{"bare greets", "person"},
	{"chatty", "handshake"},
	{"bare overtakes", "version"},
	{"deaf", "orphan"},
	{"nameless", "describe"},
	{"bare takes any setting", "unknown setting"},
	{"bare asks for nothing", "missing setting"},
	{"bare takes the last", "old version"},
	{"bare is unwell", "health"},
	{"bare serves anyone", "stranger"},
	{"bare is fragile", "garbage"},
	{"bare answers all", "unknown call"},
	{"bare takes any value", "wrong value"},
	{"bare shows secrets", "exposed secret"},
	{"bare reads for anyone", "unconfigured"},
	{"bare remembers", "released"},
	{"bare does anything", "unknown verb"},
	{"unauthorised", "check"},
	{"fails", "collect"},
	{"undeclared", "kinds"},
	{"vague", "whole"},
	{"twins", "identities"},
	{"dangling", "references"},
	{"random", "repeatable"},
	{"bare never lets go", "cancel"},
	{"leaky", "secrets"},
	{"bare talks", "quiet"},
	{"bare counts wrongly", "end"},
	{"shares", "instances"},
	{"mixes", "apart"},
	{"bare gives all", "only"},
	{"bare sends much", "message limit"},
	{"bare sends many", "row limit"},
	{"floods", "bounded"},
	{"bare is impatient", "slow reader"},
	{"bare watches the clock", "frozen"},
	{"locks", "killed"},
	{"removes", "tombstones"},
	{"miscounts", "totals"},
	{"prints secrets", "canary"},
	{"crashes on cursors", "foreign cursor"},
	{"forgets cursors", "nothing new"},
	{"skips", "resume"},
	{"dry acts", "dry act"},
	{"lies dry", "act"},
	{"acts twice", "act again"},
	{"two tickets", "ticket"},
}

// Each broken rule is named by the check that is about it.
func TestBreaksAreNamed(t *testing.T) {
	for _, c := range breaks {
		t.Run(c.mode, func(t *testing.T) {
			only := []string{c.check}
			if c.check == "act again" {
				only = append(only, "act")
			}
			o := judge(t, c.mode, only...)[c.check]
			assert.Equal(t, connectortest.Broken, o.Verdict, "%s", o.Why)
			assert.NotContains(t, o.Why, "hunter2")
		})
	}
}

// There is no check that was never seen to fail.
func TestEveryCheckHasABreak(t *testing.T) {
	var broken []string
	for _, c := range breaks {
		broken = append(broken, c.check)
	}
	assert.ElementsMatch(t, connectortest.Checks(), broken)
}

// Without a break the same connectors keep every rule.
func TestBareConnectorPasses(t *testing.T) {
	for name, o := range judge(t, "bare") {
		assert.NotEqual(t, connectortest.Broken, o.Verdict, "%s: %s", name, o.Why)
	}
}
