package metric

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/shopspring/decimal"
)

// Result is what one case came to. It marshals to one JSON object.
type Result struct {
	ID string `json:"id"`
	// Licenses is nil where the count is not known or not allowed.
	Licenses    *Exact `json:"licenses"`
	Unit        string `json:"unit"`
	Explanation string `json:"explanation"`
	// Unknown names the facts that are missing.
	Unknown []string `json:"unknown,omitempty"`
	// Refused says why the rule does not allow the case.
	Refused string `json:"refused,omitempty"`
	// Ignored are inputs that the metric does not read.
	Ignored []string `json:"ignored,omitempty"`
	Error   string   `json:"error,omitempty"`
}

// Exact is a decimal that marshals as a JSON number.
type Exact struct{ decimal.Decimal }

// MarshalJSON writes the number with all its digits.
func (e Exact) MarshalJSON() ([]byte, error) { return []byte(e.String()), nil }

// Choices are the readings to take, by metric and choice.
type Choices map[Key]map[string]string

// Set takes a reading of a metric's choice.
func (c Choices) Set(k Key, choice, reading string) {
	if c[k] == nil {
		c[k] = map[string]string{}
	}
	c[k][choice] = reading
}

// Check measures the cases that r holds, a JSON array of objects or one object
// after the other, and hands each result to report in order. A case has an id, a
// metric_key and inputs, perhaps a product, choices (an object of readings) and
// expected.unit, the unit in which the answer is wanted; anything else is for its
// reader. A case that cannot be measured gives a result with an error; Check
// itself fails where the file cannot be read on, naming the record. The choices
// given hold for every case that does not choose itself.
func (l *Library) Check(ctx context.Context, r io.Reader, choices Choices, report func(Result) error) error {
	d, err := cases(r)
	if err != nil {
		return err
	}
	for n := 1; d.More(); n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return fmt.Errorf("cases: record %d, before byte %d: %w", n, d.InputOffset(), plainJSON(err))
		}
		if err := report(l.checkCase(ctx, n, raw, choices)); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("cases: after byte %d: %w", d.InputOffset(), plainJSON(err))
	}
	return nil
}

// cases opens the file and, where it is an array, steps into it.
func cases(r io.Reader) (*json.Decoder, error) {
	b := bufio.NewReader(r)
	for {
		c, err := b.ReadByte()
		if err != nil {
			return nil, fmt.Errorf("cases: %w", plainJSON(err))
		}
		if bytes.IndexByte([]byte(" \t\r\n"), c) >= 0 {
			continue
		}
		if err := b.UnreadByte(); err != nil {
			return nil, fmt.Errorf("cases: %w", err)
		}
		d := json.NewDecoder(b)
		if c == '[' {
			if _, err := d.Token(); err != nil {
				return nil, fmt.Errorf("cases: %w", err)
			}
		}
		return d, nil
	}
}

func (l *Library) checkCase(ctx context.Context, n int, raw []byte, choices Choices) Result {
	v, err := parseJSON(raw)
	if err != nil {
		return Result{Error: fmt.Sprintf("record %d: %v", n, err)}
	}
	id, _ := v.member("id")
	out := Result{ID: id.text}
	if err := l.measureCase(ctx, v, choices, &out); err != nil {
		where := fmt.Sprintf("case %s", out.ID)
		if out.ID == "" {
			where = fmt.Sprintf("record %d", n)
		}
		out.Error = fmt.Sprintf("%s: %v", where, err)
	}
	return out
}

func (l *Library) measureCase(ctx context.Context, v jsonValue, choices Choices, out *Result) error {
	key, _ := v.member("metric_key")
	m, ok := l.Metric(Key(key.text))
	if !ok {
		return fmt.Errorf("there is no metric %q; trueup metrics list shows all", key.text)
	}
	out.Unit = m.Unit()
	in, ok := v.member("inputs")
	if !ok {
		return errors.New("inputs are missing")
	}
	facts, ignored, err := m.readJSON(in)
	if err != nil {
		return err
	}
	out.Ignored = ignored
	if product, ok := v.member("product"); ok && m.fact("product") != nil && facts.Values["product"] == nil {
		facts.Values["product"] = Text(product.text)
	}
	for name, reading := range choices[m.key] {
		if _, chosen := facts.Choices[name]; !chosen {
			facts.Choices[name] = reading
		}
	}
	chosen, _ := v.member("choices")
	for _, c := range chosen.members {
		facts.Choices[c.name] = c.value.text
	}
	got, err := m.Measure(ctx, facts)
	if err != nil {
		return err
	}
	expected, _ := v.member("expected")
	unit, _ := expected.member("unit")
	out.fill(got.Total, unit.text)
	return nil
}

// fill takes over a count, in the unit wanted where the metric converts to it.
func (r *Result) fill(c Count, unit string) {
	r.Explanation, r.Unknown, r.Refused = c.Explanation, c.Missing, c.Refused
	if !c.Known {
		return
	}
	quantity := c.Quantity
	for _, a := range c.Also {
		if a.Unit == unit {
			quantity, r.Unit = a.Quantity, a.Unit
		}
	}
	r.Licenses = &Exact{quantity}
}
