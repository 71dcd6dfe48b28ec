package approval_test

import (
	"context"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/remediation/approval"
)

// Two accounts are one person, and a deputy acts for a time.
func ExampleNewPeople() {
	var doc struct {
		People []approval.PersonDocument `yaml:"people,required"`
	}
	if err := document.Read("people.yaml", []byte(`
people:
  - {account: ann, roles: [license owner]}
  - {account: ann.admin, person: ann, roles: [operator]}
  - {account: bob, stands-in: [{for: ann, from: 2026-06-01, to: 2026-06-15}]}
`), &doc); err != nil {
		fmt.Println(err)
		return
	}
	people, err := approval.NewPeople(doc.People)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, day := range []int{14, 15} {
		p, err := people.Principal(context.Background(), "bob", time.Date(2026, 6, day, 9, 0, 0, 0, time.UTC))
		fmt.Println(p.Person, "stands in for", p.StandsInFor, err)
	}
	admin, err := people.Principal(context.Background(), "ann.admin", time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC))
	fmt.Println("behind ann.admin stands", admin.Person, err)
	// Output:
	// bob stands in for [ann] <nil>
	// bob stands in for [] <nil>
	// behind ann.admin stands ann <nil>
}
