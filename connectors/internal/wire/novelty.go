package wire

// novelty is what a column has shown of how often its texts come again within a
// batch. Where they hardly do, looking each of them up costs far more than the
// few bytes that it saves, and the texts are sent as they come: a dictionary may
// hold a text twice.
type novelty struct {
	// added counts the texts of this batch that its dictionary did not have.
	added         int
	rarelyRepeats bool
}

const (
	// fewestRows is how many rows a batch must have to show anything.
	fewestRows = 256
	// relearn is after how many batches texts are looked up again.
	relearn = 16
)

// learn decides how the next batch is written, from the rows of this one alone,
// so that equal rows give equal batches.
func (e *Encoder) learn() {
	e.batches++
	anew := e.batches%relearn == 0
	for i := range e.texts {
		n := &e.texts[i].novelty
		if e.rows >= fewestRows && !n.rarelyRepeats {
			n.rarelyRepeats = n.added > e.rows-e.rows/8
		}
		n.rarelyRepeats = n.rarelyRepeats && !anew
		n.added = 0
	}
}
