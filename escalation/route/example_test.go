package route

import (
	"fmt"
)

func ExampleLoad() {
	r, err := Load("routes.yaml", []byte(`name: all
owner: sam-desk
chain: standard
routes:
  - {name: oracle, match: {publisher: Oracle}, owner: oracle-desk}
  - {name: severe, severity: high or more, participants: [cio]}
`), Options{Severities: []string{"low", "medium", "high"}, Chains: []string{"standard"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, route := range r.All() {
		fmt.Println(route.Path, route.Owner, route.Participants)
	}
	_, err = Load("routes.yaml", []byte("name: all\nowner: sam-desk\nchain: standrad\n"), Options{Chains: []string{"standard"}})
	fmt.Println(err)
	// Output:
	// [all] sam-desk []
	// [all oracle] oracle-desk []
	// [all severe] sam-desk [cio]
	// routes.yaml:3:8: no chain "standrad"; known are standard
	//   chain: standrad
	//          ^
}

// What is missing equals nothing, so it gives no key to compare by.
func ExampleKey() {
	a, known := Key(&Subject{Source: "glpi", Entity: "acme-ch"}, []string{"source"})
	b, _ := Key(&Subject{Source: "glpi", Entity: "acme-de"}, []string{"source"})
	fmt.Println(known, a == b)
	_, known = Key(&Subject{Entity: "acme-ch"}, []string{"source"})
	fmt.Println(known)
	// Output:
	// true true
	// false
}
