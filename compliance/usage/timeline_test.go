package usage

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// at is so many minutes after noon.
func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

func span(from, to int) Span { return Span{at(from), at(to)} }

// held is an exact checkout from and to minutes after noon.
func held(user User, from, to int, quantity int64) Checkout {
	return Checkout{Feature: "cad", User: user, Host: "pc", Quantity: quantity, Held: span(from, to), Sure: span(from, to)}
}

func timeline(t *testing.T, checkouts ...Checkout) *Timeline {
	t.Helper()
	tl, err := NewTimeline(checkouts)
	require.NoError(t, err)
	return tl
}

func TestPeak(t *testing.T) {
	for _, tc := range []struct {
		name      string
		checkouts []Checkout
		within    Span
		peak      int64
		spans     []Span
		holders   []Holder
	}{
		{name: "nothing", within: span(0, 60)},
		{
			name:      "returned as the next is taken",
			checkouts: []Checkout{held("ann", 0, 10, 1), held("bob", 10, 20, 1)},
			within:    span(0, 60), peak: 1, spans: []Span{span(0, 20)},
			holders: []Holder{{"ann", "pc", 1}},
		},
		{
			name:      "reached twice",
			checkouts: []Checkout{held("ann", 0, 40, 1), held("bob", 5, 10, 2), held("eve", 20, 30, 2)},
			within:    span(0, 60), peak: 3, spans: []Span{span(5, 10), span(20, 30)},
			holders: []Holder{{"bob", "pc", 2}, {"ann", "pc", 1}},
		},
		{
			name:      "one user, two spellings",
			checkouts: []Checkout{held("Ann", 0, 40, 1), held("ANN", 5, 10, 1)},
			within:    span(0, 60), peak: 2, spans: []Span{span(5, 10)},
			holders: []Holder{{"Ann", "pc", 2}},
		},
		{
			name:      "the window cuts the peak off",
			checkouts: []Checkout{held("ann", 0, 40, 1), held("bob", 5, 10, 2)},
			within:    span(10, 60), peak: 1, spans: []Span{span(10, 40)},
			holders: []Holder{{"ann", "pc", 1}},
		},
		{
			name:      "the window cuts into the peak",
			checkouts: []Checkout{held("ann", 0, 40, 1)},
			within:    span(10, 20), peak: 1, spans: []Span{span(10, 20)},
			holders: []Holder{{"ann", "pc", 1}},
		},
		{
			name:      "held for no time",
			checkouts: []Checkout{held("ann", 5, 5, 4)},
			within:    span(0, 60),
		},
		{
			name:      "an empty window",
			checkouts: []Checkout{held("ann", 0, 40, 1)},
			within:    span(10, 10),
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := timeline(t, tc.checkouts...).Peak(tc.within)
			assert.True(t, p.Exact())
			assert.Equal(t, tc.peak, *p.AtMost)
			assert.Equal(t, tc.spans, p.Spans)
			assert.Equal(t, tc.spans, p.Sure)
			assert.Equal(t, tc.holders, p.Holders)
		})
	}
}

func TestPeakBounds(t *testing.T) {
	missing := held("bob", 5, 60, 1)
	missing.Sure = span(5, 5)
	tl := timeline(t, held("ann", 0, 10, 1), held("eve", 40, 50, 1), missing)
	p := tl.Peak(span(0, 60))
	assert.False(t, p.Exact())
	assert.EqualValues(t, 2, *p.AtMost)
	assert.EqualValues(t, 1, p.AtLeast)
	assert.Equal(t, []Span{span(5, 10), span(40, 50)}, p.Spans)
	assert.Equal(t, []Span{span(0, 10), span(40, 50)}, p.Sure)
	assert.Equal(t, Count{AtLeast: 0, AtMost: 1}, tl.At(at(20)))
	assert.Equal(t, Count{AtLeast: 1, AtMost: 2}, tl.At(at(40)))
	assert.Equal(t, Count{}, tl.At(at(60)), "the end does not belong to the span")
	assert.Equal(t, span(0, 60), tl.Covers())
}

func TestNewTimelineRefuses(t *testing.T) {
	backwards := held("ann", 10, 0, 1)
	outside := held("ann", 0, 10, 1)
	outside.Sure = span(0, 20)
	early := held("ann", 0, 10, 1)
	early.Held.From = time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		checkouts []Checkout
		text      string
	}{
		{[]Checkout{held("ann", 0, 10, 0)}, "checkout 0: checkout cannot be counted: the quantity is 0"},
		{[]Checkout{held("bob", 0, 1, 1), backwards}, "checkout 1: checkout cannot be counted: it ends before it starts"},
		{[]Checkout{outside}, "the sure span is not within the held span"},
		{[]Checkout{early}, "outside the years 1678 to 2262"},
		{[]Checkout{held("ann", 0, 1, math.MaxInt64), held("bob", 0, 1, 1)}, "checkout 1: checkout cannot be counted: quantities add up"},
	} {
		_, err := NewTimeline(tc.checkouts)
		require.ErrorIs(t, err, ErrCheckout)
		assert.ErrorContains(t, err, tc.text)
	}
}
