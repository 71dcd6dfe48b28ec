package connectors

// Kind says what a row is. A connector declares the kinds that it gives.
type Kind uint8

// The kinds of row. The numbers are those of the protocol and never change.
const (
	KindInvalid Kind = iota
	Device
	User
	Install
	Seat
	Usage
	Entitlement
	Price
	GroupMember

	kinds = iota
)

var kindNames = [kinds]string{
	"invalid", "device", "user", "install", "seat", "usage", "entitlement", "price", "group-member",
}

// String is the kind as reports write it.
func (k Kind) String() string {
	if k < kinds {
		return kindNames[k]
	}
	return kindNames[KindInvalid]
}

// Kinds lists every kind in the order of the protocol.
func Kinds() []Kind {
	all := make([]Kind, 0, kinds-1)
	for k := Device; k < kinds; k++ {
		all = append(all, k)
	}
	return all
}

// Counts holds a number of rows for every kind. The zero value counts nothing.
type Counts [kinds]int64

// Total is the number of rows of all kinds.
func (c Counts) Total() int64 {
	var sum int64
	for _, n := range c {
		sum += n
	}
	return sum
}
