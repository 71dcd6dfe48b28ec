package playbook_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/playbook"
)

// A case is as severe as its deviation has become, in the run that shows it, and no due
// time moves back.
func TestCasesAreRatedAnew(t *testing.T) {
	s := open(t, t.TempDir())
	opened := s.run(estate(t, now, 3, ""), now).Cases[0]
	require.Equal(t, "low", opened.Grade.Severity)
	later := now.AddDate(0, 0, 1)
	worse := s.run(estate(t, later, 20, ""), later)
	c := worse.Cases[0]
	assert.Equal(t, opened.ID, c.ID)
	assert.Equal(t, "medium", c.Grade.Severity)
	assert.Contains(t, c.Grade.Vector, "E:M")
	assert.Contains(t, c.Message, "19 licenses short")
	assert.Equal(t, opened.Due, c.Due, "its clocks began with it")
	events := s.events(c.ID)
	rated := events[opened.Seq]
	assert.Equal(t, escalation.Rated, rated.Kind)
	assert.Equal(t, "trueup", rated.By)
	assert.Equal(t, "owner", events[len(events)-1].Stage.Name, "whom it concerns is told again")

	again := s.run(estate(t, later, 20, ""), later)
	assert.Equal(t, worse.Checkpoint.Size, again.Checkpoint.Size, "once")
	later = later.AddDate(0, 0, 1)
	better := s.run(estate(t, later, 3, ""), later).Cases[0]
	assert.Equal(t, "low", better.Grade.Severity)
	assert.Equal(t, opened.Due, better.Due)
	assert.True(t, s.verify().OK(), s.verify())
}

// The contract that a position's entitlements belong to decides its duties and how long
// it may be mended; how many are short, and how much more than before, are facts too.
func TestSeverityKnowsContractSpreadAndTrend(t *testing.T) {
	book, err := os.ReadFile("testdata/playbook.yaml")
	require.NoError(t, err)
	text := strings.Replace(string(book), "escalation:\n", `escalation:
  rubric:
    name: wide
    version: 1
    severities: [low, high]
    factors:
      - {name: spread, key: S, assume: few, levels: [{name: few, key: F}, {name: many, key: M, at-least: 3}]}
      - {name: trend, key: T, assume: steady, levels: [{name: steady, key: S}, {name: rising, key: R, at-least: 10}]}
      - {name: duty, key: D, assume: none, levels: [{name: none, key: N, words: [none, notice, true-up]}, {name: hard, key: H, words: [cure, audit]}]}
    rows:
      - {severity: high, name: all, when: {spread: many, trend: rising, duty: hard}, reason: all at once}
    default: {severity: low, reason: the rest}
`, 1) + triggers
	text = strings.Replace(text, "entitlements: [entitlements.csv]", "entitlements: [entitlements.csv, contracts.csv]", 1)
	text = strings.ReplaceAll(text, "info or more", "low or more")
	p, err := playbook.LoadFS(fstest.MapFS{
		"p.yaml":           {Data: []byte(text)},
		"entitlements.csv": {Data: []byte("id,product,metric,quantity,unit_price,currency,contract\nA,autodesk/autocad,generic.device,1,2100,EUR,EA-1\n")},
		"contracts.csv":    {Data: []byte("id,publisher,cure_days\nEA-1,autodesk,7\n")},
	}, "p.yaml")
	require.NoError(t, err)
	s := open(t, t.TempDir())
	s.engine, err = playbook.Open(t.Context(), playbook.Options{Playbook: p, Log: s.log})
	require.NoError(t, err)
	first := s.run(estate(t, now, 3, ""), now)
	assert.Equal(t, "TU:1/S:F/T:X/D:H", first.Findings[0].Vector)
	assert.Equal(t, now.AddDate(0, 0, 7).Format(time.DateOnly), first.Cases[0].Due.Remedy.At.Format(time.DateOnly), "the contract's period")
	later := now.AddDate(0, 0, 1)
	second := s.run(estate(t, later, 5, ""), later)
	assert.Contains(t, second.Findings[0].Vector, "S:M/T:R/D:H", "four are short, twice as many as before")
	assert.Equal(t, "high", second.Cases[0].Grade.Severity)
}
