package catalog

import (
	"cmp"
	"slices"
	"strings"
)

// Count is how many installs carry a title.
type Count struct {
	Title    Title
	Installs int
}

// Unknown is a product that the catalogue has no entry for, with what is known
// of it.
type Unknown struct {
	Key       ProductKey
	Publisher string
	Name      string
	Installs  int
	// Titles is the number of different titles, Example the most frequent, from
	// which Publisher and Name are.
	Titles  int
	Example Title
	Status  Status
}

// Rank groups the titles that are derived or unrecognised by product and orders
// the products by installs, the most first, so that the few entries that would
// explain most come on top. Ties order by key. Titles that cannot be read at all
// come as one product each, with the name as it is and no key.
func (c *Catalog) Rank(counts []Count) []Unknown {
	groups := map[string]*Unknown{}
	best := map[string]int{}
	for _, n := range counts {
		r := c.Recognise(n.Title)
		if r.Status != Derived && r.Status != Unrecognised {
			continue
		}
		id := string(r.Product.Key)
		u := groups[id]
		if r.Status == Unrecognised {
			id = "\x00" + n.Title.Name
			u = groups[id]
		}
		if u == nil {
			u = &Unknown{Key: r.Product.Key, Status: r.Status}
			groups[id] = u
		}
		u.Titles++
		u.Installs += n.Installs
		if u.Titles == 1 || n.Installs > best[id] || n.Installs == best[id] && compareTitles(n.Title, u.Example) < 0 {
			best[id], u.Example = n.Installs, n.Title
			u.Publisher, u.Name = r.Product.Publisher, r.Product.Name
		}
	}
	out := make([]Unknown, 0, len(groups))
	for _, u := range groups {
		out = append(out, *u)
	}
	slices.SortFunc(out, func(a, b Unknown) int {
		return cmp.Or(cmp.Compare(b.Installs, a.Installs), cmp.Compare(a.Key, b.Key), compareTitles(a.Example, b.Example))
	})
	return out
}

// compareTitles is a total order, so that nothing depends on the order of input.
func compareTitles(a, b Title) int {
	return cmp.Or(
		strings.Compare(a.Name, b.Name), strings.Compare(a.Publisher, b.Publisher),
		strings.Compare(a.Version, b.Version), strings.Compare(a.Edition, b.Edition),
		strings.Compare(a.ProductCode, b.ProductCode), strings.Compare(a.Architecture, b.Architecture),
	)
}
