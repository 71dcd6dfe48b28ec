package host

import (
	"errors"
	"fmt"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// batch takes one batch. It gives its sequence number when it is to be
// acknowledged, else 0.
func (c *collection) batch(b *wire.Batch, conn *connector) (uint64, error) {
	c.sequence++
	if b.GetSequence() != c.sequence {
		return 0, violated("batch %d came where %d belongs", b.GetSequence(), c.sequence)
	}
	if most := c.host.limits.BatchRows; int64(b.GetRows()) > int64(most) {
		return 0, violated("batch %d has %d rows, the host allows %d", c.sequence, b.GetRows(), most)
	}
	delivery, err := c.deliver(b)
	switch {
	case errors.Is(err, wire.ErrNoRemover), errors.Is(err, wire.ErrNotTaken):
		return 0, &connectors.Error{Kind: connectors.Unsupported, Err: err}
	case err != nil:
		return 0, violated("%w", err)
	}
	if delivery.Removed {
		c.result.Deleted[delivery.Kind] += delivery.Rows
		c.deleted[delivery.Kind] += delivery.Rows
	} else {
		c.result.Put[delivery.Kind] += delivery.Rows
		c.put[delivery.Kind] += delivery.Rows
	}
	c.note(delivery.Unknown)
	if err := c.budget(); err != nil {
		return 0, err
	}
	cursor := b.GetCursor()
	if c.kept != nil {
		if err := c.keep(cursor); err != nil {
			return 0, notKept(err)
		}
	}
	if len(cursor) > 0 {
		c.resume(cursor)
		return c.sequence, nil
	}
	return 0, nil
}

// deliver hands the rows of a batch to the sink. With a state folder they are
// only checked here: the sink gets them once all is known.
func (c *collection) deliver(b *wire.Batch) (wire.Delivery, error) {
	if c.kept != nil {
		return wire.Receiver{Sink: discard{}, Source: c.source.ID, Refused: c.refused}.Deliver(b)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return wire.Receiver{Sink: c.sink, Source: c.source.ID, Refused: c.refused}.Deliver(b)
}

// keep writes the batch at hand to the journal; with a cursor, both in one
// durable write.
func (c *collection) keep(cursor []byte) error {
	j := c.kept.into()
	if err := j.Append(c.inbound.Raw); err != nil || len(cursor) == 0 {
		return err
	}
	return j.Commit(cursor, false)
}

// budget holds the collection to the host's limits.
func (c *collection) budget() error {
	l := c.host.limits
	rows := c.result.Put.Total() + c.result.Deleted.Total()
	switch {
	case rows > l.Rows:
		return &connectors.Error{Kind: connectors.OverBudget, Err: fmt.Errorf("sent more than %d rows", l.Rows)}
	case c.result.Bytes > l.Bytes:
		return &connectors.Error{Kind: connectors.OverBudget, Err: fmt.Errorf("sent more than %d bytes", l.Bytes)}
	}
	return nil
}

func (c *collection) resume(cursor []byte) {
	if len(cursor) > 0 {
		c.result.Cursor = cursor
	}
}

func (c *collection) refused(row int, err error) {
	c.result.Refused++
	p := connectors.Problem{Kind: connectors.BadData, Subject: "a kept row", Message: err.Error()}
	if row >= 0 {
		p.Subject, p.Place = fmt.Sprintf("batch %d", c.sequence), fmt.Sprintf("row %d", row)
	}
	c.problem(p)
}

func (c *collection) problem(p connectors.Problem) {
	if !p.Harmless {
		c.result.ProblemCount++
	}
	if len(c.result.Problems) < c.host.limits.Problems {
		c.result.Problems = append(c.result.Problems, p)
	}
}

func (c *collection) note(unknown []string) {
	for _, name := range unknown {
		known := false
		for _, have := range c.result.Unknown {
			known = known || have == name
		}
		if !known {
			c.result.Unknown = append(c.result.Unknown, name)
		}
	}
}
