package certificate_test

import (
	"fmt"

	"github.com/trueup-dev/trueup/compliance/certificate"
)

// One license may cover either of two consumers and covers the one that would
// cost 20, so the other stays short at 10. A price of 10 for the license proves
// that nothing cheaper exists: at that price each consumer pays 10, and the license
// is worth 10 of the 20.
func ExampleCheck() {
	const text = `{
	  "version": 1,
	  "parts": [{
	    "step": {"quantity": "1", "cost": {"risk": "1", "value": "1"}},
	    "supplies": [{"id": "license", "quantity": "1", "used": "1", "left": "0"}],
	    "groups": [
	      {"id": "host-1", "copies": "1", "options": [{"id": "1", "cost": {"risk": "0", "value": "0"}, "taken": "1", "demands": [
	        {"id": "1", "amount": "1", "penalty": {"risk": "10", "value": "0"}, "short": "1",
	          "arcs": [{"supply": "license", "cost": {"risk": "0", "value": "0"}, "quantity": "0"}]}]}]},
	      {"id": "host-2", "copies": "1", "options": [{"id": "1", "cost": {"risk": "0", "value": "0"}, "taken": "1", "demands": [
	        {"id": "1", "amount": "1", "penalty": {"risk": "20", "value": "0"}, "short": "0",
	          "arcs": [{"supply": "license", "cost": {"risk": "0", "value": "0"}, "quantity": "1"}]}]}]}],
	    "cost": {"risk": "10", "value": "0"},
	    "bound": {"risk": "10", "value": "0"},
	    "tree": [{"leaf": {"prices": [{"supply": "license", "risk": "10", "value": "0"}], "weight": "0"}}]
	  }],
	  "cost": {"risk": "10", "value": "0"},
	  "bound": {"risk": "10", "value": "0"},
	  "gap": {"risk": "0", "value": "0"},
	  "digest": "sha256:15e3b6fe77be9f31d36878459f08c86aebb5daa0ef9f86d007c0cab5d148b9ae"
	}`
	c, err := certificate.Parse([]byte(text))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(certificate.Check(c), c.Optimal())

	c.Parts[0].Supplies[0].Left = c.Parts[0].Supplies[0].Used
	fmt.Println(certificate.Check(c.Seal()))
	// Output:
	// <nil> true
	// certificate refused: miscounted: supply license: left is stated as 1, but is 0
}
