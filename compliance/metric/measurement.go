package metric

import (
	"github.com/shopspring/decimal"
)

// Measurement is what a metric came to.
type Measurement struct {
	// Items are the consumers one by one, in the order of the facts. It is empty
	// for a metric that counts as a whole. Where numbers are pooled before they
	// are rounded, the items add up to the unrounded number.
	Items []Item
	Total Count
}

// Item is what one consumer needs by itself. Consumers that agree on every fact
// that matters share one count, which must not be changed.
type Item struct {
	ID string
	// Index is the consumer's place in the list of facts.
	Index int
	*Count
}

// Count is a number of licenses, or what is known of it.
type Count struct {
	// Known says that Quantity is the count.
	Known    bool
	Quantity decimal.Decimal
	// Low and High bound the count where it is not known; an end that is not
	// valid is open.
	Low, High decimal.NullDecimal
	// Missing names the facts that the count needs and that nobody gave, sorted.
	Missing []string
	// Refused says why the rule does not allow what was to be counted; then the
	// count is not known and no number of licenses helps.
	Refused string
	Unit    string
	// Also is the count in other units, such as packs.
	Also []Amount
	// Explanation is the arithmetic: 2 sockets x max(8, 6) = 16 core licenses.
	Explanation string
}

// Amount is a number of something.
type Amount struct {
	Unit     string
	Quantity decimal.Decimal
}
