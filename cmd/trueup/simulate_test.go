package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSimulate(t *testing.T) {
	var out, errs bytes.Buffer
	s := streams{out: &out, err: &errs}
	book := "../../playbook/testdata/playbook.yaml"
	assert.Equal(t, 0, run(t.Context(), s, []string{"escalation", "simulate", "-from", "2026-01-01", book}), errs.String())
	assert.Contains(t, out.String(), "From 2026-01-01 until 2027-01-01")
	assert.Contains(t, out.String(), "cfo")
	out.Reset()
	assert.Equal(t, 0, run(t.Context(), s, []string{"escalation", "simulate", "-from", "2026-01-01", "-take", "2 working hours", "-mend", "1 working day", book}))
	assert.NotContains(t, out.String(), "cfo", "nothing goes up")
	assert.Equal(t, 2, run(t.Context(), s, []string{"escalation", "simulate", "-from", "soon", book}))
	assert.Equal(t, 2, run(t.Context(), s, []string{"escalation", "simulate", "-take", "2", book}))
}
