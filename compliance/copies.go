package compliance

import (
	"strings"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// KeepCopies makes the tally keep copies of the texts that it is given: of titles,
// hardware, places, users and sources, of each once. It is for callers whose texts
// are parts of a longer one, such as a page of a file, which would stay in memory for
// the sake of one name. What is kept whole ([Tally.Kept]) is kept as it is given.
func (t *Tally) KeepCopies() {
	t.copies = true
	t.titles.Own(func(t catalog.Title) catalog.Title {
		for _, s := range [...]*string{&t.Name, &t.Publisher, &t.Version, &t.Edition, &t.ProductCode, &t.Architecture} {
			*s = strings.Clone(*s)
		}
		return t
	})
	t.sources.Own(func(id SourceID) SourceID { return SourceID(strings.Clone(string(id))) })
	t.kept.users.Own(func(id UserID) UserID { return UserID(strings.Clone(string(id))) })
	t.classes.names.Own(strings.Clone)
	t.classes.hardware.Own(func(m machine) machine {
		m.model, m.host, m.instance = strings.Clone(m.model), strings.Clone(m.host), strings.Clone(m.instance)
		return m
	})
}
